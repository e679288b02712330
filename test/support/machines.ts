import { program } from './simctl.ts';

/** Four machines on a desk: a network namespace each, and one address of ours that all of them reach. */
export interface Machines {
  /** What a program there begins with. */
  readonly commands: readonly (readonly string[])[];
  /** Where they find whoever listens here. */
  readonly host: string;
  /** Why they are plain processes, if so. */
  readonly plain?: string;
  remove(): Promise<void>;
}

/** Namespaces where this machine allows them, plain processes elsewhere. */
export async function machines(count: number): Promise<Machines> {
  const numbers = Array.from({ length: count }, (_, n) => n);
  const name = (n: number) => `simctl${process.pid % 10_000}-${n}`;
  // A block for benchmarks (RFC 2544) that nobody routes to.
  const net = `198.18.${process.pid % 250}`;
  const ours = (n: number) => `${net}.${4 * n + 1}`;
  const ip = async (...args: string[]) => {
    const { code, stderr } = await program('ip', args);
    if (code !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
  };
  const remove = async () => {
    // The pair of interfaces goes with the namespace.
    for (const n of numbers) await program('ip', ['netns', 'del', name(n)]);
    for (const n of numbers) await program('ip', ['link', 'del', name(n)]);
  };
  try {
    for (const n of numbers) {
      await ip('netns', 'add', name(n));
      await ip('link', 'add', name(n), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name(n));
      await ip('addr', 'add', `${ours(n)}/30`, 'dev', name(n));
      await ip('link', 'set', name(n), 'up');
      await ip('-n', name(n), 'addr', 'add', `${net}.${4 * n + 2}/30`, 'dev', 'eth0');
      await ip('-n', name(n), 'link', 'set', 'eth0', 'up');
      await ip('-n', name(n), 'link', 'set', 'lo', 'up');
      await ip('-n', name(n), 'route', 'add', 'default', 'via', ours(n));
    }
    return { commands: numbers.map((n) => ['ip', 'netns', 'exec', name(n)]), host: ours(0), remove };
  } catch (error) {
    await remove();
    return {
      commands: numbers.map(() => []),
      host: '127.0.0.1',
      plain: (error as Error).message,
      remove: async () => {},
    };
  }
}
