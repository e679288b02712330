import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline/promises';

/** Something that happened at a time. */
export interface Timed {
  readonly time: number;
}

/**
 * Several streams, each in the order of time, as one: what is of one time comes in the order of the streams, and each
 * keeps its own. Reads no further ahead than one of each.
 */
export async function* mergeByTime<T extends Timed>(
  streams: readonly AsyncIterable<T>[],
): AsyncGenerator<{ readonly stream: number; readonly item: T }> {
  const walks = streams.map((stream) => stream[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(walks.map((walk) => walk.next()));
    for (;;) {
      let stream = -1;
      for (const [i, head] of heads.entries()) {
        if (head.done) continue;
        if (stream < 0 || head.value.time < (heads[stream]!.value as T).time) stream = i;
      }
      if (stream < 0) return;
      yield { stream, item: heads[stream]!.value as T };
      heads[stream] = await walks[stream]!.next();
    }
  } finally {
    await Promise.all(walks.map((walk) => walk.return?.()));
  }
}

/** A file's lines, each with its time; a line without one has that of the line before. Nothing where there is no file. */
export async function* timedLines(
  file: string,
  timeOf: (line: string) => number | undefined,
): AsyncGenerator<Timed & { readonly line: string }> {
  let time = Number.NEGATIVE_INFINITY;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    time = Math.max(time, timeOf(line) ?? time);
    yield { time, line };
  }
}
