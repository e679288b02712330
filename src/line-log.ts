import { createWriteStream } from 'node:fs';
import { RunError } from './errors.ts';

/** A log that grows by whole lines. After SIGKILL it is valid up to its last full line. */
export interface LineLog {
  /** `line` without its newline. */
  write(line: string): void;
  /** Hands what is buffered to the system; resolves once it has taken it. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Rejects, once, when the file can no longer be written (a full disk). Never resolves. */
  readonly failed: Promise<never>;
}

/** So much is handed to the system at a time. */
const CHUNK_BYTES = 64 * 1024;
/** No character takes more in UTF-8, for each of a string's 16-bit units. */
const MOST_BYTES_PER_UNIT = 3;
const NEWLINE = 0x0a;

/** Opens a new file (it must not exist yet), or continues one with `append`. */
export function openLineLog(file: string, { append = false, mode = 0o644 } = {}): LineLog {
  const stream = createWriteStream(file, { flags: append ? 'a' : 'wx', mode });
  // Lines become bytes one by one: strings that grew together would outlive the collector's young generation.
  let chunk: Buffer | undefined;
  let end = 0;
  let fail: (error: RunError) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // whoever races it sees it; nobody has to
  stream.on('error', (error) =>
    fail(
      new RunError(`cannot write ${file}: ${error.message}`, {
        cause: error,
        hint: 'Free some space, or choose a directory that can be written. The lines already there are valid.',
      }),
    ),
  );

  const drain = () =>
    new Promise<void>((resolve) => {
      const full = chunk?.subarray(0, end);
      chunk = undefined;
      end = 0;
      if (full === undefined) resolve();
      else stream.write(full, (error) => !error && resolve()); // if it failed, `failed` says so
    });

  const ended = (resolve: () => void) => (error?: Error | null) => {
    if (!error || stream.writableFinished) resolve();
  };

  return {
    failed,
    write(line) {
      const most = line.length * MOST_BYTES_PER_UNIT + 1;
      if (chunk !== undefined && end + most > chunk.length) void drain();
      chunk ??= Buffer.allocUnsafeSlow(Math.max(2 * CHUNK_BYTES, most));
      end += chunk.write(line, end);
      chunk[end++] = NEWLINE;
      if (end >= CHUNK_BYTES) void drain();
    },
    flush: () => Promise.race([drain(), failed]),
    async close() {
      await Promise.race([drain(), failed]);
      await Promise.race([new Promise<void>((resolve) => stream.end(ended(resolve))), failed]);
    },
  };
}
