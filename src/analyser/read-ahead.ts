/** Logs read by several threads at once, part by part, and handed over in the order of the file. */
import { stat } from 'node:fs/promises';
import { threadFile } from '../thread-file.ts';
import type { LogKind } from './log-forms.ts';
import { isPacked } from './packed.ts';
import type { PartTask } from './read-thread.ts';
import type { RowBlock } from './row-block.ts';

export interface ReadAhead {
  /** The blocks of a log, or undefined where one thread reads it as well. */
  blocks(file: string, kind: LogKind): AsyncGenerator<RowBlock> | undefined;
  close(): Promise<void>;
}

export interface ReadAheadOptions {
  /** Threads that read beside this one, which joins; absent or 1: none. */
  readonly workers?: number | undefined;
  /** Bytes of a part. */
  readonly part?: number;
}

const PART_BYTES = 8 << 20;

/** gzip has no beginning but the first: a packed log is read by this thread. */
export async function openReadAhead(
  files: readonly (string | undefined)[],
  { workers = 1, part = PART_BYTES }: ReadAheadOptions,
): Promise<ReadAhead | undefined> {
  if (workers < 2) return undefined;
  const sizes = new Map<string, number>();
  for (const file of files) {
    if (file === undefined || (await isPacked(file))) continue;
    const found = await stat(file).catch(() => undefined); // whoever reads it says what is wrong
    if (found?.isFile()) sizes.set(file, found.size);
  }
  const { Piscina } = await import('piscina'); // mostly there are none, and it takes time to load
  const pool = new Piscina<PartTask, RowBlock>({
    ...threadFile('./read-thread', import.meta.url),
    minThreads: workers,
    maxThreads: workers,
  });

  async function* inOrder(file: string, kind: LogKind, size: number): AsyncGenerator<RowBlock> {
    const parts = Math.max(1, Math.ceil(size / part));
    const read = (n: number) => {
      const block = pool.run({
        file,
        kind,
        from: n * part,
        to: n === parts - 1 ? Number.POSITIVE_INFINITY : (n + 1) * part,
      });
      block.catch(() => {}); // whoever waits for it sees it; nobody may
      return block;
    };
    const ahead: Promise<RowBlock>[] = [];
    let next = 0;
    for (let n = 0; n < parts; n++) {
      // One more than are being read, so that no thread waits for this one; no more than that fill memory.
      while (next < parts && ahead.length <= workers) ahead.push(read(next++));
      yield await ahead.shift()!;
    }
  }

  return {
    blocks(file, kind) {
      const size = sizes.get(file);
      return size === undefined || size === 0 ? undefined : inOrder(file, kind, size);
    },
    close: () => pool.destroy(),
  };
}
