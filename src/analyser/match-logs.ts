import { basename } from 'node:path';
import { UsageError } from '../errors.ts';
import type { ReceivedLine, SentLine } from '../logs.ts';
import type { Position } from '../model.ts';
import { clockNotes, newClockEvidence } from './clock-skew.ts';
import { type Dialect, readDialect } from './dialect.ts';
import { type Distribution, distributionOf } from './distribution.ts';
import { matchDevice, type TimedPosition, TOLERANCE_DEGREES } from './match.ts';
import { newEntries } from './match-entries.ts';

export interface MatchRequest {
  readonly sent: readonly string[];
  readonly received: string;
  /** `timestamp` of the figure-7 dialect is when a line was sent or received, and not the sample time. */
  readonly timestampIsWallClock: boolean;
  /** The receive log has latitude and longitude the other way round, as the 2022 project published them. */
  readonly swapped: boolean;
}

/** Two logs matched by position. */
export interface Matched {
  readonly logs: readonly { readonly file: string; readonly dialect: Dialect; readonly lines: number }[];
  readonly toleranceDegrees: number;
  readonly sent: number;
  readonly received: number;
  readonly matched: number;
  /** Devices that sent. */
  readonly devices: number;
  /** How many devices have how many matches; none is a number too. */
  readonly devicesByMatches: Readonly<Record<number, number>>;
  /** Received − sent, ms; absent where nothing matched or a log has no time on the wall clock. */
  readonly latency?: Distribution;
  readonly notes: readonly string[];
}

const SENT = ['simctl sent', '2022 simulator', '2022 figure 7', '2022 analyser'] as const;
const RECEIVED = ['simctl received', '2022 simulator', '2022 figure 7', '2022 analyser'] as const;

/** @throws UsageError for logs that are empty, cannot be read, or have no device in common */
export async function matchLogs(
  { sent, received, timestampIsWallClock, swapped }: MatchRequest,
  memoryBytes?: number,
): Promise<Matched> {
  const notes: string[] = [];
  const logs: { file: string; dialect: Dialect; lines: number }[] = [];
  const entries = newEntries(memoryBytes);
  const read = async (file: string, wanted: readonly Dialect[], side: 'sent' | 'received') => {
    const { dialect, lines, halfLine } = await readDialect(file, wanted, (value, found) => {
      const { id, entry } = READERS[found as keyof typeof READERS](value as never);
      entries.add(side, id, entry);
    });
    if (dialect === undefined) throw new UsageError(`${file} is empty: there is nothing to match`);
    if (halfLine !== undefined)
      notes.push(`${basename(file)}:${halfLine}: the last line is half-written and was passed over`);
    logs.push({ file, dialect, lines });
  };
  const clocks = newClockEvidence();
  const differences: number[] = [];
  const devicesByMatches: Record<number, number> = {};
  let [devices, common, unturned] = [0, 0, 0];
  try {
    for (const file of sent) await read(file, SENT, 'sent');
    await read(received, RECEIVED, 'received');
    for (const { sent: from, received: to } of entries.devices()) {
      if (from.length === 0) continue;
      devices++;
      if (to.length > 0) common++;
      const otherWay = to.map(turned);
      const matches = matchDevice(from, swapped ? otherWay : to, clocks.add);
      for (const ms of matches) differences.push(ms);
      devicesByMatches[matches.length] = (devicesByMatches[matches.length] ?? 0) + 1;
      unturned += matchDevice(from, swapped ? to : otherWay).length;
    }
  } finally {
    entries.close();
  }
  if (common === 0) throw differentRuns(sent, received);
  const timeless = logs.filter(({ dialect }) => dialect === '2022 figure 7' && !timestampIsWallClock);
  for (const { file } of timeless) {
    notes.push(
      `no latency: the "timestamp" of ${basename(file)} (2022 figure 7) is most likely the sample time; --timestamp-is-wall-clock asserts that it is not`,
    );
  }
  if (unturned > differences.length)
    notes.push(swapNote(received, swapped, differences.length, unturned, entries.count.sent));
  if (timeless.length === 0)
    notes.push(...clockNotes("received − sent (the receiver's clock against the sender's)", clocks.findings()));
  const latency = timeless.length > 0 ? undefined : distributionOf(differences);
  return {
    logs,
    toleranceDegrees: TOLERANCE_DEGREES,
    ...entries.count,
    matched: differences.length,
    devices,
    devicesByMatches,
    ...(latency === undefined ? {} : { latency }),
    notes,
  };
}

function swapNote(received: string, swapped: boolean, asGiven: number, otherWay: number, sent: number): string {
  const found = `${otherWay} of ${sent} sent positions are in ${received} with the axes ${swapped ? 'as they are' : 'the other way round'}, ${asGiven} as given`;
  return swapped
    ? `latitude and longitude are not swapped: ${found}. Leave out --legacy-swap`
    : `latitude and longitude are swapped: ${found}. --legacy-swap turns them`;
}

export function differentRuns(sent: readonly string[], received: string): UsageError {
  return new UsageError(`no device of ${sent.join(', ')} is in ${received}: these are logs of different runs`, {
    hint: 'Give a send log and a receive log of one run.',
  });
}

type Entry = { readonly id: string; readonly entry: TimedPosition };
interface Coordinates {
  readonly id: string;
  readonly coordinates: Position;
}

const READERS = {
  'simctl sent': ({ id, sentAt: time, position }: SentLine): Entry => ({ id, entry: { time, position } }),
  'simctl received': ({ id, seenAt: time, position }: ReceivedLine): Entry => ({ id, entry: { time, position } }),
  // The stored simulator's names are the wrong way round: `sample_time` is when it was sent.
  '2022 simulator': (line: Coordinates & { sample_time: number }) => entryOf(line, line.sample_time),
  // Seconds with six decimals; rounded, or a factor of 1000 would lose the last millisecond to binary fractions.
  '2022 figure 7': (line: Coordinates & { timestamp: number }) => entryOf(line, Math.round(line.timestamp * 1e6) / 1e3),
  '2022 analyser': (line: Coordinates & { time: number }) => entryOf(line, line.time),
};

function entryOf({ id, coordinates: position }: Coordinates, time: number): Entry {
  return { id, entry: { time, position } };
}

function turned({ time, position: [a, b] }: TimedPosition): TimedPosition {
  return { time, position: [b, a] };
}
