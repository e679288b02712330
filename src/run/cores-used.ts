const MICROSECONDS_PER_MS = 1000;

/**
 * Of one core, the part that this process uses from now on, until it is asked: 2 is two cores all the time.
 * @param now milliseconds
 */
export function coresUsed(
  now: () => number,
  usage: () => Pick<NodeJS.CpuUsage, 'user' | 'system'> = () => process.cpuUsage(),
): () => number {
  const [start, before] = [now(), usage()];
  return () => {
    const { user, system } = usage();
    const ms = now() - start;
    return ms > 0 ? (user + system - before.user - before.system) / MICROSECONDS_PER_MS / ms : 0;
  };
}
