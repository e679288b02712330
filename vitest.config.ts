import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 60_000,
    // What is waited for comes when the machine has time for it; a second is too little on a busy one.
    expect: { poll: { timeout: 50_000 } },
    // Two cores are what a small machine and CI have; the end-to-end runs start processes of their own.
    maxWorkers: 2,
  },
});
