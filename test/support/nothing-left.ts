/** Test files that share a process leave in it what they found, or are red themselves instead of whoever comes after them. */
import { afterAll, beforeAll, expect, vi } from 'vitest';

const HANDLES = new Set(['TCPServerWrap', 'TCPSocketWrap', 'PipeWrap', 'ProcessWrap', 'UDPWrap', 'MessagePort']);
/** What libraries set for themselves as they are loaded. */
const OF_LIBRARIES = /^(OCLIF|AWS_SDK_JS)_/;

const found = () => ({
  environment: Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_LIBRARIES.test(name))),
  directory: process.cwd(),
  exitCode: process.exitCode,
  functions: [
    ...[Date, setTimeout, setInterval, setImmediate, queueMicrotask, fetch, Math.random],
    ...[console.log, console.error, process.stdout.write, process.stderr.write, process.exit, process.kill],
  ],
});
/** Of signals and errors; at its exit a process has nobody left who could be harmed. */
const listeners = () =>
  Object.fromEntries(
    process
      .eventNames()
      .filter((name) => name !== 'exit')
      .map((name) => [name, process.listenerCount(name)]),
  );
const open = () => process.getActiveResourcesInfo().filter((name) => HANDLES.has(name));

const [before, openBefore] = [found(), open()];
let listenersBefore: ReturnType<typeof listeners>;
beforeAll(() => {
  listenersBefore = listeners();
});

afterAll(async () => {
  vi.restoreAllMocks();
  expect(found(), 'what a test left in its process').toEqual(before);
  // What was closed is gone a little later.
  const same = () => expect([listeners(), open()], 'what a test left open').toEqual([listenersBefore, openBefore]);
  await vi.waitFor(same, { timeout: 50_000 });
}, 60_000);
