/** The built package as other programs import it: by its name, with its types. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { program } from '../support/simctl.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-library-'));
  await mkdir(join(dir, 'node_modules'));
  await symlink(root, join(dir, 'node_modules', 'simctl'));
  await writeFile(join(dir, 'package.json'), '{"type":"module"}');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Runs a program of someone else's, and reads the JSON that it prints. */
async function printed(source: string): Promise<Record<string, unknown>> {
  await writeFile(join(dir, 'program.js'), source);
  const { code, stdout, stderr } = await program(
    'node',
    ['program.js'],
    { SIMCTL_HOME: join(dir, 'home'), NODE_NO_WARNINGS: '1' },
    dir,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

test('a small run, with phases, snapshots and thresholds; nothing else is printed, and the process ends', async () => {
  const { summary, phases, notes, passed, analysis } = await printed(`
    import { analyse, hasPassed, run } from 'simctl';
    const [phases, notes] = [new Set(), []];
    const summary = await run(
      {
        devices: 10,
        settleMs: 300,
        pollMs: 100,
        // Whether this machine keeps up is not what this is about.
        lagLimitMs: 600_000,
        phases: [{ name: 'first', seconds: 1.5, pace: 'rate:20/s' }, { name: 'second', pace: 'ramp:20..60/s over 1s' }],
        thresholds: ['lost == 0', 'failed == 0 in phase second'],
        out: 'small',
      },
      { onSnapshot: ({ phase }) => phases.add(phase?.name), onNote: (...told) => notes.push(...told) },
    );
    const { json } = await analyse('small');
    console.log(JSON.stringify({ summary, phases: [...phases], notes, passed: hasPassed(summary), analysis: json }));
  `);
  expect(summary).toMatchObject({
    devices: 10,
    sent: 70,
    acknowledged: 70,
    lost: 0,
    notAskedFor: 150,
    interrupted: false,
  });
  expect((summary as { phases: object[] }).phases).toMatchObject([
    { name: 'first', seconds: 1.5, sent: 30, failed: 0 },
    { name: 'second', seconds: 1, sent: 40, failed: 0 },
  ]);
  expect(passed).toBe(true);
  expect(phases).toEqual(expect.arrayContaining(['first', 'second']));
  expect(notes).toContain('Phase 2 of 2: second, 1s');
  expect((notes as unknown[]).every((note) => typeof note === 'string')).toBe(true);
  expect(analysis).toMatchObject({ sent: 70, lost: 0 });
});

test('an AbortSignal ends a run in good order, and before the first send it rejects with its reason', async () => {
  const { interrupted, reason } = await printed(`
    import { run } from 'simctl';
    const stop = new AbortController();
    const { interrupted, sent } = await run(
      { devices: 5, transport: 'memory', pace: 'rate:20/s', out: 'cut' },
      { signal: stop.signal, onSnapshot: ({ sent }) => sent > 10 && stop.abort() },
    );
    const early = AbortSignal.abort(new Error('never mind'));
    const reason = await run({ devices: 5, transport: 'memory' }, { signal: early }).catch(({ message }) => message);
    console.log(JSON.stringify({ interrupted: interrupted && sent < 110, reason }));
  `);
  expect({ interrupted, reason }).toEqual({ interrupted: true, reason: 'never mind' });
});

test('errors are the classes that are exported, with a hint', async () => {
  const found = await printed(`
    import { run, SetupError, UsageError } from 'simctl';
    const usage = await run({ pace: 'rumble', transport: 'mqtt' }).catch((error) => error);
    const setup = await run({ devices: 2, transport: 'mqtt', broker: 'mqtt://127.0.0.1:1' }).catch((error) => error);
    console.log(JSON.stringify({
      usage: [usage instanceof UsageError, usage.message.split('\\n').length, typeof usage.hint],
      setup: [setup instanceof SetupError, typeof setup.hint],
    }));
  `);
  expect(found).toEqual({ usage: [true, 2, 'string'], setup: [true, 'string'] });
});

test('the examples of docs/library.md fit the types of the package', async () => {
  const text = await readFile(join(root, 'docs', 'library.md'), 'utf8');
  const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
  expect(blocks.length).toBeGreaterThan(1);
  for (const [i, code] of blocks.entries()) await writeFile(join(dir, `example-${i}.ts`), code);
  await writeFile(
    join(dir, 'wrong.ts'),
    `import { run } from 'simctl';\n// @ts-expect-error\nawait run({ devices: 'ten' });\n// @ts-expect-error\n(await run()).nothing;\n`,
  );
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
  };
  await writeFile(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const { code, stdout } = await program(join(root, 'node_modules', '.bin', 'tsc'), ['-p', '.'], {}, dir);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});

test('the schema of scenario files is where editors look for it', async () => {
  const schema = JSON.parse(await readFile(fileURLToPath(import.meta.resolve('simctl/scenario.schema.json')), 'utf8'));
  const { scenarioSchema } = await import('../../src/run/scenario/schema.ts');
  expect(schema).toEqual(JSON.parse(JSON.stringify(scenarioSchema())));
});
