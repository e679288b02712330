/**
 * How far this machine's clock is from the true time, as its own NTP client says; nothing is asked of the network. Times
 * of one machine are compared exactly (clock.ts), but `receivedTime` is the backend's.
 */
import { execFile } from 'node:child_process';

export interface ClockOffset {
  /** Who says so; `unknown`: no NTP client that runs was found here. */
  readonly source: 'chrony' | 'systemd-timesyncd' | 'ntpd' | 'unknown';
  /** ms; above zero: the clock is ahead of the true time. */
  readonly offsetMs?: number;
  /** No further off than this, ms: the offset, and what the way to the reference may hide. */
  readonly withinMs?: number;
}

const UNKNOWN: ClockOffset = { source: 'unknown' };

type Program = readonly [name: string, args: readonly string[], read: (output: string) => ClockOffset | undefined];

const PROGRAMS: readonly Program[] = [
  ['chronyc', ['tracking'], readChrony],
  ['timedatectl', ['timesync-status'], readTimesyncd],
  ['ntpq', ['-c', 'rv 0 leap,offset,rootdelay,rootdisp'], readNtpd],
];

/** The first answer that tells. Never fails: what is not known is said to be unknown. */
export async function readClockOffset(
  output: (name: string, args: readonly string[]) => Promise<string | undefined> = outputOf,
): Promise<ClockOffset> {
  for (const [name, args, read] of PROGRAMS) {
    const text = await output(name, args);
    const found = text === undefined ? undefined : read(text);
    if (found !== undefined) return found;
  }
  return UNKNOWN;
}

/** `chronyc tracking`. Its documentation bounds the error by |system time| + root dispersion + root delay / 2. */
export function readChrony(output: string): ClockOffset | undefined {
  if (!/^Leap status\s*:\s*(Normal|Insert second|Delete second)/m.test(output)) return undefined;
  const [, seconds, sign] = /^System time\s*:\s*([0-9.]+) seconds (slow|fast) of NTP time/m.exec(output) ?? [];
  const delay = /^Root delay\s*:\s*([0-9.]+) seconds/m.exec(output)?.[1];
  const dispersion = /^Root dispersion\s*:\s*([0-9.]+) seconds/m.exec(output)?.[1];
  if (seconds === undefined || delay === undefined || dispersion === undefined) return undefined;
  const ahead = Number(seconds) * (sign === 'fast' ? 1 : -1) * 1000;
  return offset('chrony', ahead, (Number(dispersion) + Number(delay) / 2) * 1000);
}

/**
 * `timedatectl timesync-status`. Its offset is the server's time less ours; its root distance is the server's own, to
 * which half the way to the server is added.
 */
export function readTimesyncd(output: string): ClockOffset | undefined {
  const field = (name: string) => milliseconds(new RegExp(`^\\s*${name}: ([^(\\n]+)`, 'm').exec(output)?.[1]);
  const [behind, distance, delay] = [field('Offset'), field('Root distance'), field('Delay')];
  if (!/^\s*Leap: normal/m.test(output) || behind === undefined || distance === undefined) return undefined;
  return offset('systemd-timesyncd', -behind, distance + (delay ?? 0) / 2);
}

/** `ntpq -c rv`: milliseconds; the offset is the reference's time less ours. */
export function readNtpd(output: string): ClockOffset | undefined {
  const field = (name: string) => {
    const text = new RegExp(`\\b${name}=([-+]?[0-9.]+)`).exec(output)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  const [behind, delay, dispersion] = [field('offset'), field('rootdelay'), field('rootdisp')];
  if (/leap(_alarm|=11|=3)/.test(output) || behind === undefined || delay === undefined || dispersion === undefined)
    return undefined;
  return offset('ntpd', -behind, dispersion + delay / 2);
}

function offset(source: ClockOffset['source'], offsetMs: number, hiddenMs: number): ClockOffset {
  const round = (ms: number) => Math.round(ms * 1e6) / 1e6 + 0;
  return { source, offsetMs: round(offsetMs), withinMs: round(Math.abs(offsetMs) + hiddenMs) };
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** A time span as systemd writes it: `-1.019ms`, `+41us`, `1min 3.2s`. */
function milliseconds(text: string | undefined): number | undefined {
  const match = /^([-+]?)((?:[0-9.]+(?:us|ms|s|min|h)\s*)+)$/.exec(text?.trim() ?? '');
  if (!match) return undefined;
  let sum = 0;
  for (const [, number, unit] of match[2]!.matchAll(/([0-9.]+)(us|ms|s|min|h)/g)) sum += Number(number) * UNITS[unit!]!;
  return match[1] === '-' ? -sum : sum;
}

const AT_MOST_MS = 2000;

function outputOf(name: string, args: readonly string[]): Promise<string | undefined> {
  const options = { timeout: AT_MOST_MS, env: { ...process.env, LC_ALL: 'C' } };
  return new Promise((resolve) => {
    execFile(name, [...args], options, (error, stdout) => resolve(error === null ? stdout : undefined));
  });
}

/** What the clocks do to a run's figures, in a line for a person. */
export function clockText(clocks: readonly ClockOffset[]): string {
  const known = clocks.filter(({ withinMs }) => withinMs !== undefined);
  const one = clocks.length === 1;
  const rest = 'publish→seen is read on one clock each, and is not touched by it';
  if (known.length < clocks.length) {
    const whose = one
      ? 'how far the clock is off is'
      : `how far ${clocks.length - known.length} of ${clocks.length} clocks are off is`;
    return `clock: ${whose} unknown (no NTP client says), and so is what that adds to publish→store; ${rest}`;
  }
  const worst = Math.max(...known.map(({ withinMs }) => withinMs!));
  const sources = [...new Set(known.map(({ source }) => source))].join(', ');
  const whose = one ? 'no further off' : `none of ${clocks.length} is further off`;
  return `clock: ${whose} than ${worst.toPrecision(2)} ms (${sources}): publish→store is true to ±${worst.toPrecision(2)} ms and the backend's own clock; ${rest}`;
}
