#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execute } from '../dist/src/oclif.js';

// What the build wrote beside the program: the part of package.json that the framework reads, and the commands' manifest.
const root = fileURLToPath(new URL('../dist', import.meta.url));
const pjson = JSON.parse(readFileSync(`${root}/oclif.json`, 'utf8'));
await execute({ dir: import.meta.url, loadOptions: { root, pjson, userPlugins: false } });
