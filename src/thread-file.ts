import { fileURLToPath } from 'node:url';

/** What piscina needs to know of a module whose default export is a thread's task. */
export interface ThreadFile {
  readonly filename: string;
  readonly workerData?: { readonly module: string };
}

/**
 * @param name of the module, such as `./shard`; beside the one that `base` (its `import.meta.url`) names.
 * From source a thread begins with a file that teaches it TypeScript first: in Node 20, `--import tsx` does nothing for
 * the modules of a worker whose main thread runs without it.
 */
export function threadFile(name: string, base: string): ThreadFile {
  if (!base.endsWith('.ts')) return { filename: fileURLToPath(new URL(`${name}.js`, base)) };
  return {
    filename: fileURLToPath(new URL('./thread-from-source.js', import.meta.url)),
    workerData: { module: new URL(`${name}.ts`, base).href },
  };
}
