/**
 * When each fault happens, and to whom: decided by the seed and the device's index in the whole fleet alone, so that all
 * workers and all shards agree without a word. Pure.
 */
import { randomOf } from '../random.ts';
import { type Fault, type FaultKind, faultText, parseFault } from './fault.ts';

/** A fault of which the moments are fixed; plain data, the same for every shard. */
export interface PlannedFault {
  readonly text: string;
  readonly kind: FaultKind;
  /** ms after the start, ascending: when it begins, each time. */
  readonly moments: readonly number[];
  /** How long each time lasts, ms; 0 where it is over with its moment. */
  readonly forMs: number;
  /** Of `slow`: from one look at the connection to the next, ms. */
  readonly delayMs: number;
  readonly members: Members;
}

/** Exactly so many of a fleet: those that are reached from `first` in less than `count` strides; `step` strides lead to the next device. */
interface Members {
  readonly of: number;
  readonly count: number;
  readonly step: number;
  readonly first: number;
}

/** How long the run is and how large, as far as that is known. */
export interface FaultScope {
  readonly seed: number;
  /** Devices of the whole fleet. */
  readonly devices: number;
  /** Length of the schedule in ms; 0 where there is none. */
  readonly scheduledMs: number;
}

/** Every problem of these texts that needs no fleet to be found. */
export function faultProblems(
  texts: readonly string[],
  { transport, client }: Readonly<Record<'transport' | 'client', string>>,
): string[] {
  const faults = texts.map(parseFault);
  const problems = faults.filter((fault) => typeof fault === 'string');
  if (texts.length > 0 && transport !== 'iot' && transport !== 'mqtt')
    problems.push(
      `--fault harms the connections of devices, and with --transport ${transport} devices have none of their own: it goes with iot and mqtt`,
    );
  const inside = faults.find(
    (fault) => typeof fault !== 'string' && (fault.kind === 'half-open' || fault.kind === 'slow'),
  );
  if (inside !== undefined && client !== 'lean')
    problems.push(
      `--fault ${(inside as Fault).kind} reaches into the socket, which --client ${client} keeps to itself: it goes with --client lean`,
    );
  return problems;
}

/** @returns the faults with their moments and members; or every problem, a text each */
export function planFaults(
  texts: readonly string[],
  scope: FaultScope,
): { faults: readonly PlannedFault[]; problems: readonly string[] } {
  const [faults, problems]: [PlannedFault[], string[]] = [[], []];
  texts.forEach((text, i) => {
    const fault = parseFault(text);
    const planned = typeof fault === 'string' ? fault : planFault(fault, i, scope);
    if (typeof planned === 'string') problems.push(planned);
    else faults.push(planned);
  });
  return { faults, problems };
}

/** `i`: two faults of one text strike different devices. */
function planFault(fault: Fault, i: number, { seed, devices, scheduledMs }: FaultScope): PlannedFault | string {
  const text = faultText(fault);
  const random = randomOf(seed, `fault ${i} ${text}`);
  const starts = startsOf(fault, random, scheduledMs);
  if (typeof starts === 'string') return `fault "${text}": ${starts}`;
  const { kind, share, everyMs, forMs = 0, delayMs = 0 } = fault;
  const rounds =
    everyMs === undefined ? [0] : Array.from({ length: Math.floor(forMs / everyMs) + 1 }, (_, n) => n * everyMs);
  return {
    text,
    kind,
    moments: starts
      .flatMap((start) => rounds.filter((ms) => everyMs === undefined || ms < forMs).map((ms) => start + ms))
      .toSorted((a, b) => a - b),
    forMs: kind === 'flap' ? 0 : forMs,
    delayMs,
    members: membersOf(share, devices, random),
  };
}

function startsOf({ when, forMs = 0 }: Fault, random: () => number, scheduledMs: number): number[] | string {
  const isLate = (ms: number) => scheduledMs > 0 && ms > scheduledMs;
  const late = `it would come after the last update, which is due after ${(scheduledMs / 1000).toFixed(1)} s`;
  if ('at' in when) return isLate(when.at) ? late : [when.at];
  const { random: times, from = 0, to: latest = scheduledMs } = when;
  if (isLate(from)) return late;
  const to = isLate(latest) ? scheduledMs : latest;
  if (to === 0)
    return 'with --pace max nobody knows how long the run will be: say between what, such as "at random between 0s and 60s"';
  const room = to - from - forMs;
  if (room < 0) return `it lasts longer than the ${((to - from) / 1000).toFixed(1)} s in which it may come`;
  return Array.from({ length: times }, () => from + random() * room).toSorted((a, b) => a - b);
}

/**
 * Members are `stride` apart, going round. A stride without a divisor in common with the fleet's size comes by every device
 * once, and one near the golden section leaves no stretch out: each worker has its part of the fault.
 */
function membersOf(share: number, of: number, random: () => number): Members {
  const count = Math.max(1, Math.round(share * of));
  let stride = Math.max(1, Math.round(of * 0.618));
  while (gcd(stride, of) > 1) stride++;
  return { of, count, step: inverse(stride, of), first: Math.floor(random() * of) };
}

/** The `x` of which `a * x` is 1 modulo `m` (extended Euclid): how many strides it takes to the next device. */
function inverse(a: number, m: number): number {
  let [r, next, x, nextX] = [m, a % m, 0, 1];
  while (next > 0) {
    const times = Math.floor(r / next);
    [r, next] = [next, r - times * next];
    [x, nextX] = [nextX, x - times * nextX];
  }
  return ((x % m) + m) % m;
}

/** Whether it strikes the device of that index in the whole fleet. */
export function isStruck(
  { members: { of, count, step, first } }: Pick<PlannedFault, 'members'>,
  index: number,
): boolean {
  // Products stay below 2^53 for any fleet below 94 million.
  return (index * step + first) % of < count;
}

/** What will be done, to how many, and when: for a person. */
export function faultPlanText({ text, moments, members }: PlannedFault): string {
  const times = moments.slice(0, 3).map((ms) => `${(ms / 1000).toFixed(1)} s`);
  return `${text}: ${members.count} of ${members.of} devices, after ${times.join(', ')}${moments.length > 3 ? ` … (${moments.length} times)` : ''}`;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
