/** How far a long job is: one line that renews itself on a terminal, a line every few seconds elsewhere. */
export interface ProgressLine {
  update(done: number, total: number): void;
  /** Leaves the cursor at the beginning of a new line. */
  end(): void;
}

const TERMINAL_EVERY_MS = 100;
const PLAIN_EVERY_MS = 5000;

/** `what` begins the line, such as "Provisioning". `now` gives ms. */
export function progressLine(
  what: string,
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stderr,
  now: () => number = Date.now,
): ProgressLine {
  const begun = now();
  let shownAt = Number.NEGATIVE_INFINITY;
  let open = false;
  return {
    update(done, total) {
      const at = now();
      if (at - shownAt < (stream.isTTY ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS) && done < total) return;
      shownAt = at;
      const rate = done > 0 && at > begun ? `, ${Math.round(done / ((at - begun) / 1000))}/s` : '';
      const line = `${what}: ${done} of ${total}${rate}`;
      stream.write(stream.isTTY ? `\r${line}\u001b[K` : `${line}\n`);
      open = stream.isTTY;
    },
    end() {
      if (open) stream.write('\n');
      open = false;
    },
  };
}
