/** What handlers print: each function's lines go to its own log, as they do on CloudWatch. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';

type Sink = (line: string) => void;

const METHODS = ['log', 'info', 'warn', 'error'] as const;

export interface OutputCapture {
  /** Runs `run`; what it prints, now and later, goes to `sink`. */
  into<T>(sink: Sink, run: () => Promise<T>): Promise<T>;
  /** Gives the console back. */
  end(): void;
}

/** Takes over `console`, of which a process has one: what is printed outside of `into` is printed as ever. */
export function captureOutput(): OutputCapture {
  const current = new AsyncLocalStorage<Sink>();
  const original = METHODS.map((method) => [method, console[method]] as const);
  for (const [method, print] of original) {
    console[method] = (...args: unknown[]) => {
      const sink = current.getStore();
      if (sink) sink(args.length === 1 && typeof args[0] === 'string' ? args[0] : format(...args));
      else print.apply(console, args);
    };
  }
  return {
    into: (sink, run) => current.run(sink, run),
    end() {
      for (const [method, print] of original) console[method] = print;
    },
  };
}
