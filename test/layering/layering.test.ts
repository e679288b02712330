import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Code that breaks the rules, planted where each rule looks; it is linted and never run. */
const PLANTED: readonly [folder: string, code: string, rule: string][] = [
  ['src/workers', "import { run } from '../run/run.ts';\nexport const x = run;\n", 'noRestrictedImports'],
  [
    'src/workers',
    "import { provision } from '../fleet/provision.ts';\nexport const x = provision;\n",
    'noRestrictedImports',
  ],
  ['src/transports', "import { drive } from '../workers/drive.ts';\nexport const x = drive;\n", 'noRestrictedImports'],
  [
    'src/generator',
    "import { transports } from '../transports/index.ts';\nexport const x = transports;\n",
    'noRestrictedImports',
  ],
  [
    'src/analyser',
    "import { openBackend } from '../run/backend.ts';\nexport const x = openBackend;\n",
    'noRestrictedImports',
  ],
  [
    'src/report',
    "import { startStandIn } from '../local/spawn.ts';\nexport const x = startStandIn;\n",
    'noRestrictedImports',
  ],
  ['src/library', "import Run from '../commands/run.ts';\nexport const x = Run;\n", 'noRestrictedImports'],
  ['src/run', "import { launch } from '../launch/launch.ts';\nexport const x = launch;\n", 'noRestrictedImports'],
  [
    'src/launch',
    "import { startReceiver } from '../receiver/receiver.ts';\nexport const x = startReceiver;\n",
    'noRestrictedImports',
  ],
  ['src/doctor', "import { planRun } from '../workers/plan.ts';\nexport const x = planRun;\n", 'noRestrictedImports'],
  ['src/receiver', "import { planRun } from '../workers/plan.ts';\nexport const x = planRun;\n", 'noRestrictedImports'],
  [
    'src/local',
    "import { lineReporter } from '../dashboard/lines.ts';\nexport const x = lineReporter;\n",
    'noRestrictedImports',
  ],
  [
    'infra/lambdas',
    "import { openBackend } from '../../src/run/backend.ts';\nexport const x = openBackend;\n",
    'noRestrictedImports',
  ],
  [
    'web/src',
    "import { queryApi } from '../../src/receiver/query.ts';\nexport const x = queryApi;\n",
    'noRestrictedImports',
  ],
  ['src/workers', 'export const x = Date.now();\n', 'noRestrictedGlobals'],
  ['src/workers', 'export const x = setTimeout(() => {}, 1);\n', 'noRestrictedGlobals'],
  ['src/workers', 'export const x = Math.random();\n', ' plugin '],
  [
    'src/run',
    "import { mkdirSync } from 'node:fs';\nexport const x = mkdirSync('y', { recursive: true });\n",
    ' plugin ',
  ],
  ['src/workers', 'async function f() {}\nexport function x() {\n  f();\n}\n', 'noFloatingPromises'],
  ['src/workers', "import { y } from './other.ts';\nexport const x = y;\n", 'noImportCycles'],
];

const root = new URL('../../', import.meta.url).pathname;

test('the linter sees every planted violation', async () => {
  const files = await Promise.all(
    PLANTED.map(async ([folder, code]) => {
      const file = join(await mkdtemp(join(root, folder, 'planted-')), 'planted.ts');
      // A folder deeper than the code it imitates, so its imports go up one more.
      await writeFile(file, code.replaceAll("from '../", "from '../../"));
      await writeFile(
        join(dirname(file), 'other.ts'),
        "import { x } from './planted.ts';\nexport const y = () => x;\n",
      );
      return file;
    }),
  );
  try {
    const biome = ['lint', '--max-diagnostics=none', ...files];
    const { stdout, stderr } = await promisify(execFile)('node_modules/.bin/biome', biome, { cwd: root }).catch(
      (failed) => failed,
    );
    const seen = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('━━'));
    const found = PLANTED.map(([, code, rule], i) => {
      const place = basename(dirname(files[i]!));
      return { code, rule: seen.some((line) => line.includes(place) && line.includes(rule)) ? rule : 'not seen' };
    });
    expect(found).toEqual(PLANTED.map(([, code, rule]) => ({ code, rule })));
  } finally {
    await Promise.all(files.map((file) => rm(dirname(file), { recursive: true })));
  }
});
