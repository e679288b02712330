import { EventEmitter } from 'node:events';
import { render } from 'ink';
import type { ReactNode } from 'react';

/** A terminal of a given size, as far as ink asks one. */
export interface FakeTerminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  /** Changes its size, as a person with a mouse does. */
  resize(columns: number, rows: number): void;
  /** What was written last. */
  last(): string;
  press(keys: string): void;
}

export function fakeTerminal(columns: number, rows: number): FakeTerminal {
  let last = '';
  const stdout = Object.assign(new EventEmitter(), {
    columns,
    rows,
    isTTY: true,
    write(text: string) {
      last = text;
      return true;
    },
  });
  let typed: string | null = null;
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setEncoding() {},
    setRawMode() {},
    resume() {},
    pause() {},
    ref() {},
    unref() {},
    read() {
      const text = typed;
      typed = null;
      return text;
    },
  });
  return {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    resize(wider, higher) {
      Object.assign(stdout, { columns: wider, rows: higher });
      stdout.emit('resize');
    },
    last: () => last,
    press(keys) {
      typed = keys;
      stdin.emit('readable');
    },
  };
}

/** `tree` on a fake terminal: each frame whole, without the escape sequences that move a cursor. */
export function show(tree: ReactNode, columns: number, rows: number) {
  const terminal = fakeTerminal(columns, rows);
  const { stdout, stdin } = terminal;
  const app = render(tree, { stdout, stdin, debug: true, exitOnCtrlC: false, patchConsole: false });
  return {
    text: terminal.last,
    async press(keys: string) {
      terminal.press(keys);
      // React draws in a later turn of the event loop, an escape sequence in one later still.
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    end: () => app.unmount(),
  };
}
