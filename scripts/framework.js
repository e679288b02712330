// Takes the place of src/oclif.ts in a build: the framework from one file, and that compiled already where this is the Node
// that built it. (Node 22 can keep what it compiled by itself, module.enableCompileCache; Node 20 cannot.)
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

// The framework would look whether this Node is new enough for it, which takes 5 ms; npm has done so.
process.env.OCLIF_DISABLE_ENGINE_WARNING ??= '1';

const filename = fileURLToPath(new URL('framework.cjs', import.meta.url));
const kept = fileURLToPath(
  new URL(`framework-${process.version}-${process.platform}-${process.arch}.bin`, import.meta.url),
);

function read(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined; // another Node than the one that built it
  }
}

/** The function around the text (ASCII) that Node puts around every CommonJS module; what it imports, it imports by this one. */
export const script = new vm.Script(
  `(function (exports, require, module, __filename, __dirname, importModule) {${readFileSync(filename, 'latin1')}\n})`,
  { filename, cachedData: read(kept) },
);

const module = { exports: {} };
const require = createRequire(filename);
script.runInThisContext()(module.exports, require, module, filename, dirname(filename), (file) => import(file));

export const { Args, Command, CommandHelp, Config, execute, Flags, Help } = module.exports;
