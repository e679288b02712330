/** How far a long job is: one line that renews itself on a terminal, a line every few seconds elsewhere. */
export interface ProgressLine {
  update(done: number, total: number): void;
  /** Leaves the cursor at the beginning of a new line. */
  end(): void;
}

const TERMINAL_EVERY_MS = 100;
const PLAIN_EVERY_MS = 5000;
const BAR_CHARS = 24;
/** Before, a rate says nothing of what is left. */
const SURE_AFTER_MS = 1000;

/** `what` begins the line, such as "Provisioning"; `unit` names what is counted, such as "probes". `now` gives ms. */
export function progressLine(
  what: string,
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stderr,
  now: () => number = Date.now,
  unit = '',
): ProgressLine {
  const begun = now();
  let shownAt = Number.NEGATIVE_INFINITY;
  let open = false;
  return {
    update(done, total) {
      const at = now();
      if (at - shownAt < (stream.isTTY ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS) && done < total) return;
      shownAt = at;
      const elapsed = at - begun;
      const line = [
        `${what}: ${stream.isTTY && total > 0 ? `${bar(done / total)} ` : ''}${count(done)} of ${count(total)}${unit && ` ${unit}`}`,
        ...(done > 0 && elapsed > 0 ? [`${count(Math.round(done / (elapsed / 1000)))}/s`] : []),
        ...(done > 0 && done < total && elapsed >= SURE_AFTER_MS
          ? [`${duration((elapsed / done) * (total - done))} left`]
          : []),
      ].join(', ');
      stream.write(stream.isTTY ? `\r${line}\u001b[K` : `${line}\n`);
      open = stream.isTTY;
    },
    end() {
      if (open) stream.write('\n');
      open = false;
    },
  };
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR_CHARS);
  return '█'.repeat(full) + '░'.repeat(BAR_CHARS - full);
}

function count(n: number): string {
  return n.toLocaleString('en');
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
