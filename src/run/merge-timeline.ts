import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { decodeHistogram, encodeHistogram, newHistogram } from '../histogram.ts';
import { LATENCIES, type Latencies } from '../workers/protocol.ts';
import type { Slice } from '../workers/timeline.ts';

const SECOND_MS = 1000;

/**
 * The timelines of several shards as one, by whole seconds from the earliest beginning. A shard's slice goes as a whole
 * to the second that its middle lies in, so that the sum is exact. One second is in memory at a time.
 * @param heldWithin how much of [from, to) all shards were held at once, ms
 */
export async function mergeTimelines(
  files: readonly string[],
  write: (slice: Slice) => void,
  heldWithin: (from: number, to: number) => number = () => 0,
): Promise<void> {
  const sources = await Promise.all(files.filter((file) => existsSync(file)).map(opened));
  try {
    const start = Math.min(...sources.flatMap(({ head }) => (head === undefined ? [] : [head.from])));
    const secondOf = ({ from, to }: Slice) => Math.floor(((from + to) / 2 - start) / SECOND_MS);
    for (;;) {
      const heads = sources.flatMap(({ head }) => (head === undefined ? [] : [secondOf(head)]));
      if (heads.length === 0) return;
      const second = Math.min(...heads);
      const sum = newSum();
      for (const source of sources) {
        while (source.head !== undefined && secondOf(source.head) <= second) {
          sum.add(source.head);
          source.inFlight = source.head.inFlight;
          await source.next();
        }
      }
      const from = start + second * SECOND_MS;
      const inFlight = sources.reduce((n, source) => n + source.inFlight, 0);
      const to = from + SECOND_MS;
      write(sum.slice({ from, to, inFlight, pausedMs: heldWithin(from, to) }));
    }
  } finally {
    for (const { close } of sources) close();
  }
}

/** @returns epoch ms at which a timeline begins; undefined where there is none, or nothing in it */
export async function firstSecondOf(file: string): Promise<number | undefined> {
  if (!existsSync(file)) return undefined;
  const { head, close } = await opened(file);
  close();
  return head?.from;
}

interface Source {
  head: Slice | undefined;
  inFlight: number;
  next(): Promise<void>;
  close(): void;
}

async function opened(file: string): Promise<Source> {
  const input = createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  const source: Source = {
    head: undefined,
    inFlight: 0,
    async next() {
      const { done, value } = await lines.next();
      source.head = done ? undefined : (JSON.parse(value) as Slice);
    },
    close: () => input.destroy(),
  };
  await source.next();
  return source;
}

const COUNTS = ['sent', 'acknowledged', 'failed', 'unknown'] as const;

function newSum() {
  const counts = { sent: 0, acknowledged: 0, failed: 0, unknown: 0 };
  const failures: Record<string, number> = {};
  const faults = new Set<string>();
  let phase: string | undefined;
  const histograms = LATENCIES.map((name) => [name, newHistogram()] as const);
  return {
    add(slice: Slice) {
      for (const name of COUNTS) counts[name] += slice[name];
      for (const fault of slice.faults ?? []) faults.add(fault);
      phase ??= slice.phase;
      for (const [code, n] of Object.entries(slice.failures)) failures[code] = (failures[code] ?? 0) + n;
      for (const [name, histogram] of histograms) histogram.add(decodeHistogram(slice.latencies[name]));
    },
    slice({ from, to, inFlight, pausedMs }: Pick<Slice, 'from' | 'to' | 'inFlight'> & { pausedMs: number }): Slice {
      const encoded = histograms.map(([name, histogram]) => [name, encodeHistogram(histogram)] as const);
      return {
        from,
        to,
        ...counts,
        failures,
        inFlight,
        ...(phase === undefined ? {} : { phase }),
        ...(pausedMs > 0 ? { pausedMs } : {}),
        ...(faults.size > 0 ? { faults: [...faults] } : {}),
        latencies: Object.fromEntries(encoded) as unknown as Latencies,
      };
    },
  };
}
