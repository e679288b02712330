import { createWriteStream, writeSync } from 'node:fs';
import { RunError } from './errors.ts';
import { TextBytes } from './text-bytes.ts';

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

/** One whose lines can be written piece by piece. */
export interface PiecewiseLog extends LineLog {
  /** Where the next line goes, without its newline; `endLine` must follow at once. */
  readonly line: TextBytes;
  endLine(): void;
  /**
   * As `flush`, before it returns, of a new file: for a thread that is ending, in which nothing would resolve any more, and
   * whose chunks under way may never be written.
   */
  flushNow(): void;
}

/** So much is handed to the system at a time. */
const CHUNK_BYTES = 64 * 1024;
/** The last line of a chunk mostly fits behind it. */
const BUFFER_BYTES = CHUNK_BYTES + 4096;
/** The buffers that are used in turn: one is filled while the system takes another. */
const KEPT = 2;
const NEWLINE = 0x0a;

/** Opens a new file (it must not exist yet), or continues one with `append`. */
export function openLineLog(file: string, { append = false, mode = 0o644 } = {}): PiecewiseLog {
  // In a new file each chunk has its place, so that writing it twice is no harm (flushNow).
  const stream = createWriteStream(file, append ? { flags: 'a', mode } : { flags: 'wx', mode, start: 0 });
  // Lines become bytes one by one: strings that grew together would outlive the collector's young generation.
  const line = new TextBytes(BUFFER_BYTES);
  const spare: Buffer[] = [];
  let fd: number | undefined;
  stream.once('open', (opened) => {
    fd = opened;
  });
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

  // Of all that was handed over so far: the system takes one chunk after the other.
  let taken = Promise.resolve();
  const handed: { readonly chunk: Buffer; readonly at: number }[] = [];
  let next = 0;
  const handOver = () => {
    const full = line.bytes;
    const chunk = line.take(spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES));
    handed.push({ chunk, at: next });
    next += chunk.length;
    taken = new Promise((resolve, reject) => {
      stream.write(chunk, (error) => {
        handed.shift();
        if (full.length === BUFFER_BYTES && spare.length < KEPT) spare.push(full);
        // Racing `failed` each time would leave a listener there for as long as the log is open.
        if (error) failed.catch(reject);
        else resolve();
      });
    });
    taken.catch(() => {}); // nobody has to wait for it
  };
  const drain = () => {
    if (line.length > 0) handOver();
    return taken;
  };

  const endLine = () => {
    line.byte(NEWLINE);
    if (line.length >= CHUNK_BYTES) handOver();
  };

  const ended = (resolve: () => void) => (error?: Error | null) => {
    if (!error || stream.writableFinished) resolve();
  };

  return {
    failed,
    line,
    endLine,
    write(text) {
      line.text(text);
      endLine();
    },
    flush: drain,
    flushNow() {
      if (fd === undefined || append) return;
      try {
        for (const { chunk, at } of [...handed, { chunk: line.bytes.subarray(0, line.length), at: next }])
          writeWhole(fd, chunk, at);
      } catch {} // `failed` would say it to nobody
    },
    async close() {
      await drain();
      fd = undefined;
      await Promise.race([new Promise<void>((resolve) => stream.end(ended(resolve))), failed]);
    },
  };
}

function writeWhole(fd: number, chunk: Buffer, at: number): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done, chunk.length - done, at + done);
}
