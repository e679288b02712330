#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rootHelp } from '../dist/src/root-help.js';

// What the build wrote beside the program: the first help, the part of package.json that the framework reads, and the
// commands' manifest.
const root = fileURLToPath(new URL('../dist', import.meta.url));
const [first = '--help', ...more] = process.argv.slice(2);
const help =
  first === '--help' && more.length === 0
    ? rootHelp(readFileSync(`${root}/root-help.txt`, 'utf8'), process)
    : undefined;

if (help === undefined) {
  const { execute } = await import('../dist/src/oclif.js');
  const pjson = JSON.parse(readFileSync(`${root}/oclif.json`, 'utf8'));
  await execute({ dir: import.meta.url, loadOptions: { root, pjson, userPlugins: false } });
} else {
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.stdout.write(help);
}
