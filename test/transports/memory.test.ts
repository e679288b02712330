import { describe, expect, it } from 'vitest';
import { memoryTransport } from '../../src/transports/memory.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { transportContract, updateOf } from '../support/transport-contract.ts';

transportContract('memory', async () => {
  let silent = false;
  const clock = fakeClock();
  const transport = memoryTransport(clock, { keep: true, delayMs: () => (silent ? Number.POSITIVE_INFINITY : 0) });
  return {
    transport,
    taken: async () =>
      transport.taken.map(({ deviceId, sampleTime, position }) => ({ deviceId, sampleTime, position })),
    fallSilent() {
      silent = true;
      return async () => {};
    },
    dispose: async () => clock.stop(),
  };
});

describe('memoryTransport', () => {
  it('answers after the scripted delay', async () => {
    const clock = fakeClock();
    const transport = memoryTransport(clock, { keep: true, delayMs: () => 100 });
    await transport.connect('a', new AbortController().signal);
    const answer = transport.send(updateOf('a', 0)).then(() => clock.now());
    await clock.advance(99);
    expect(transport.taken).toEqual([]);
    await clock.advance(2);
    expect(await answer).toBe(100);
    expect(transport.taken).toHaveLength(1);
  });

  it('keeps nothing unless asked to', async () => {
    const transport = memoryTransport(fakeClock());
    await transport.connect('a', new AbortController().signal);
    await transport.send(updateOf('a', 0));
    expect(transport.taken).toEqual([]);
  });

  it('fails what is scripted to fail', async () => {
    const transport = memoryTransport(fakeClock(), {
      keep: true,
      failure: ({ seq }) => (seq === 1 ? 'throttled' : undefined),
      connectFailure: (id) => (id === 'b' ? 'no-certificate' : undefined),
    });
    const { signal } = new AbortController();
    await expect(transport.connect('b', signal)).rejects.toMatchObject({ code: 'no-certificate' });
    await transport.connect('a', signal);
    await transport.send(updateOf('a', 0));
    await expect(transport.send(updateOf('a', 1))).rejects.toMatchObject({ code: 'throttled' });
    await transport.send(updateOf('a', 2));
    expect(transport.taken.map(({ seq }) => seq)).toEqual([0, 2]);
  });
});
