import { expect, test } from 'vitest';
import { newSpentPorts } from '../../../src/run/capacity/spent-ports.ts';
import { isLoopback } from '../../../src/transports/broker-address.ts';

const START = 1_795_519_292_000;

/** A clock that is asked to wait, and has waited. */
function ports(room: { ports: number | undefined; addresses: number }, held: (ms: number) => number | undefined) {
  let now = START;
  const notes: string[] = [];
  const clock = {
    now: () => now,
    until: async (at: number) => {
      now = at;
      return now < START + 1_000_000;
    },
  };
  const spent = newSpentPorts(
    room,
    async () => held(now - START),
    clock,
    (text) => notes.push(text),
  );
  return { ...spent, notes, waited: () => (now - START) / 1000 };
}

const ALL = { ports: 1000, addresses: 1 };

test.each<[string, { ports: number | undefined; addresses: number }, (ms: number) => number | undefined, number]>([
  ['there is room beside those that wait', ALL, () => 300, 0],
  ['nothing waits: the broker closed first', ALL, () => 0, 0],
  ['all wait for their minute', ALL, () => 700, 60],
  ['others’ ports wait too, to other peers', ALL, () => 30_000, 60],
  ['how many wait cannot be read', ALL, () => undefined, 60],
  ['they come back sooner', ALL, (ms) => (ms < 10_000 ? 700 : 100), 10],
  ['there are more addresses', { ports: 1000, addresses: 2 }, () => 700, 0],
  ['nobody knows how many there are', { ports: undefined, addresses: 1 }, () => 700, 0],
])('700 devices after a step of 700, where %s', async (_, room, held, seconds) => {
  const { spent, free, waited, notes } = ports(room, held);
  expect(await free(700)).toBe(true);
  expect(waited()).toBe(0);
  spent(700);
  expect(await free(700)).toBe(true);
  expect(waited()).toBe(seconds);
  expect(notes).toHaveLength(seconds > 0 ? 1 : 0);
  if (seconds > 0)
    expect(notes[0]).toMatch(/^Waiting for local ports, a minute at most: of 1000 .* up to 700 .* and 700/);
});

test('two small steps leave as much behind as a large one; what a minute ago was spent is free', async () => {
  const { spent, free, waited } = ports(ALL, () => 5000);
  spent(300);
  await free(600);
  spent(300);
  expect(await free(600)).toBe(true);
  expect(waited()).toBe(60);
  expect(await free(1000)).toBe(true);
  expect(waited()).toBe(60);
});

test('asked to stop while it waits, it says so', async () => {
  const stopped = { now: () => START, until: async () => false };
  const { spent, free } = newSpentPorts(
    ALL,
    async () => 700,
    stopped,
    () => {},
  );
  spent(700);
  expect(await free(700)).toBe(false);
});

test.each([
  ['localhost', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['127.example.com', false],
  ['broker.example.com', false],
  ['10.0.0.1', false],
])('%s: loopback %s', (host, is) => expect(isLoopback(host)).toBe(is));
