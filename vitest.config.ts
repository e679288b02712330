import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Tests that start processes, threads or a browser: each file in a process of its own. They run what was built, as the
 * processes and threads do: from source each of those would have to be taught TypeScript first.
 */
const BUILT = [
  'test/e2e/**',
  'test/slurm/**',
  'test/web/page.test.ts',
  'test/infra/image.test.ts',
  'test/analyser/read-ahead.test.ts',
  'test/fleet/sigkill.test.ts',
  'test/generator/generate.test.ts',
  'test/generator/outputs.test.ts',
  'test/local/fuzz.test.ts',
  'test/local/stand-in.test.ts',
  'test/local/stand-in-process.test.ts',
  'test/receiver/receiver.test.ts',
  'test/receiver/signed.test.ts',
  'test/run/there-and-back.test.ts',
];
/** In a process of its own, for the reason given. All others share one, and with it the modules that are loaded. */
const ALONE = [
  // It starts a stand-in, and hands clients of src/ to what their package exports: of what was built, these are two packages.
  'test/local/data-dir/killed.test.ts',
  'test/infra/lambdas/**', // The handlers read their environment when they are loaded.
  'test/fleet/commands.test.ts', // A command that fails leaves its signal handlers to the end of its process.
];

/** The longest, which begin first: at the end no worker is to be left alone with one of them. */
const LONGEST = [
  'e2e/run',
  'web/page',
  'e2e/full-disk',
  'e2e/capacity',
  'e2e/many-machines',
  'e2e/launch',
  'slurm/array',
  'e2e/bad-input',
  'e2e/experiment',
  'fleet/sigkill',
  'e2e/faults',
  'e2e/local',
  'e2e/scenario',
  'e2e/package',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      if (place !== -1) return place;
      return LONGEST.length + ['built', 'alone', 'shared'].indexOf(project.name);
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

const EVERY = '**/*.test.{ts,tsx}';
const files = (patterns: string[]) => patterns.map((pattern) => pattern.replace(/\*\*$/, EVERY));

export default defineConfig({
  test: {
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for comes when the machine has time for it; a second is too little on a busy one.
    expect: { poll: { timeout: 50_000 } },
    // Two cores are what a small machine and CI have; the end-to-end runs start processes of their own.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        resolve: { alias: [{ find: /^((?:\.\.\/)+)src\/(.+)\.tsx?$/, replacement: '$1dist/src/$2.js' }] },
        test: { name: 'built', include: files(BUILT), server: { deps: { external: [/\/dist\/src\//] } } },
      },
      { extends: true, test: { name: 'alone', include: files(ALONE) } },
      {
        extends: true,
        test: {
          name: 'shared',
          include: files(['test/**']),
          exclude: [...BUILT, ...ALONE],
          isolate: false,
          setupFiles: ['test/support/seed.ts', 'test/support/nothing-left.ts'],
        },
      },
    ],
  },
});
