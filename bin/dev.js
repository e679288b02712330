#!/usr/bin/env node
// simctl from source, without a build: commands are read as TypeScript. (The default map still needs one `npm run build`.)
import { readFileSync } from 'node:fs';
import { execute, settings } from '@oclif/core';
import { register } from 'tsx/esm/api';

register();
settings.enableAutoTranspile = false; // tsx does it
const root = new URL('..', import.meta.url).pathname;
const pjson = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
pjson.oclif.commands = './src/commands';
await execute({ dir: import.meta.url, loadOptions: { root, pjson } });
