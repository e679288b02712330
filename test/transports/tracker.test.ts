import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BatchUpdateDevicePositionCommandInput } from '@aws-sdk/client-location';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limiter, type TrackerClient, trackerTransport } from '../../src/transports/tracker.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type Taken, transportContract, updateOf } from '../support/transport-contract.ts';
import { settingsOf } from '../support/transport-settings.ts';

type Batch = { tracker: string; at: number; devices: string[] };
type Answer = { Errors?: { DeviceId: string; Error: { Code: string; Message: string } }[] } | Error | undefined;

transportContract(
  'tracker',
  async () => {
    const taken: Taken[] = [];
    const open: ServerResponse[] = [];
    let silent: (() => void) | undefined;
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { Updates } = JSON.parse(body);
      for (const { DeviceId, SampleTime, Position } of Updates)
        taken.push({ deviceId: DeviceId, sampleTime: Date.parse(SampleTime), position: Position });
      open.push(response);
      if (silent) silent();
      else response.setHeader('content-type', 'application/json').end('{"Errors":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const settings = settingsOf({}, { locationEndpoint: `http://127.0.0.1:${port}` });
    return {
      transport: await trackerTransport(settings, fakeClock()),
      taken: async () => taken,
      fallSilent() {
        const coming = new Promise<void>((resolve) => {
          silent = resolve;
        });
        return () => coming;
      },
      async dispose() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
  { connectionless: true },
);

it('sends accuracy, speed and heading where a fix has them', async () => {
  const sent: BatchUpdateDevicePositionCommandInput[] = [];
  const client = {
    send: async ({ input }: { input: BatchUpdateDevicePositionCommandInput }) => {
      sent.push(input);
      return {};
    },
    destroy() {},
  } as unknown as TrackerClient;
  const transport = await trackerTransport(settingsOf({}), fakeClock(), client);
  await transport.send({ ...updateOf('SLE-7115', 0), motion: { speed: 0, accuracy: 2e7 } });
  await transport.close();
  expect(sent[0]?.Updates?.[0]).toMatchObject({ Accuracy: { Horizontal: 1e7 }, PositionProperties: { speed: '0' } });
});

/** A transport over a client whose answers the test gives. */
async function scripted({
  answer = () => undefined,
  latencyMs = 0,
  ...settings
}: {
  answer?: (batch: Batch) => Answer;
  latencyMs?: number;
  lingerMs?: number;
  ratePerSecond?: number;
  ackTimeoutMs?: number;
}) {
  const clock = fakeClock();
  const batches: Batch[] = [];
  let [underway, mostUnderway] = [new Set<string>(), 0];
  const client = {
    send: async (
      { input }: { input: BatchUpdateDevicePositionCommandInput },
      { abortSignal }: { abortSignal: AbortSignal },
    ) => {
      const devices = input.Updates!.map(({ DeviceId }) => DeviceId!);
      for (const device of devices) {
        expect(underway.has(device)).toBe(false);
        underway.add(device);
      }
      mostUnderway = Math.max(mostUnderway, underway.size);
      const batch = { tracker: input.TrackerName!, at: clock.now(), devices };
      batches.push(batch);
      const aborted = new Promise<never>((_, reject) => {
        abortSignal.addEventListener('abort', () =>
          reject(Object.assign(new Error('aborted'), { name: 'AbortError' })),
        );
      });
      try {
        if (latencyMs > 0) await Promise.race([clock.until(clock.now() + latencyMs), aborted]);
        const given = answer(batch);
        if (given instanceof Error) throw given;
        return given ?? { Errors: [] };
      } finally {
        underway = new Set([...underway].filter((device) => !devices.includes(device)));
      }
    },
    destroy() {},
  } as unknown as TrackerClient;
  const transport = await trackerTransport(settingsOf({ ...settings }), clock, client);
  const send = (id: string, seq = 0) =>
    transport.send(updateOf(id, seq)).then(
      () => 'taken',
      ({ code }) => code as string,
    );
  return { transport, clock, batches, send, mostUnderway: () => mostUnderway };
}

const ids = (count: number, digits = 0) =>
  Array.from({ length: count }, (_, i) => `D${i}-${String(digits).padStart(4, '0')}`);

describe('the tracker transport', () => {
  it('sends ten at once, without waiting for the linger', async () => {
    const { clock, batches, send } = await scripted({ lingerMs: 50 });
    const all = Promise.all(ids(23).map((id) => send(id)));
    await clock.advance(0);
    expect(batches.map(({ devices }) => devices.length)).toEqual([10, 10]);
    await clock.advance(50);
    expect(batches.map(({ devices, at }) => [devices.length, at])).toEqual([
      [10, 0],
      [10, 0],
      [3, 50],
    ]);
    expect(new Set(await all)).toEqual(new Set(['taken']));
  });

  it('sends each device to its tracker', async () => {
    const { clock, batches, send } = await scripted({});
    void send('AAA-0001');
    void send('BBB-9999');
    await clock.advance(0);
    expect(batches.map(({ tracker, devices }) => [tracker, devices])).toEqual([
      ['tracker-0', ['AAA-0001']],
      ['tracker-1', ['BBB-9999']],
    ]);
  });

  it('has at most one update of a device under way, in order, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(5), fc.nat(30)), { minLength: 1, maxLength: 60 }),
        fc.nat(40),
        async (sends, lingerMs) => {
          const { clock, batches, send } = await scripted({ lingerMs, latencyMs: 25 });
          const seqs = new Map<string, number>();
          const answers: Promise<string>[] = [];
          for (const [device, pauseMs] of sends) {
            const id = `D${device}-0000`;
            const seq = seqs.get(id) ?? 0;
            seqs.set(id, seq + 1);
            answers.push(send(id, seq));
            await clock.advance(pauseMs);
          }
          await clock.advance(10_000);
          expect(await Promise.all(answers)).toEqual(sends.map(() => 'taken'));
          for (const { devices } of batches) expect(new Set(devices).size).toBe(devices.length);
          expect(batches.flatMap(({ devices }) => devices)).toHaveLength(sends.length);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps the limit of requests, and fills them while they wait', async () => {
    const { clock, batches, send } = await scripted({ ratePerSecond: 50, latencyMs: 5 });
    const all = Promise.all(ids(1000).map((id) => send(id)));
    await clock.advance(100 * 20);
    await all;
    expect(batches).toHaveLength(100);
    batches.forEach(({ at, devices }, i) => {
      expect(at).toBeCloseTo(i * 20, 6);
      expect(devices).toHaveLength(10);
    });
  });

  it('fails only the updates that the tracker refused', async () => {
    const refusal = { Code: 'ValidationError', Message: 'timestamps older than already stored not allowed' };
    const { clock, send } = await scripted({
      answer: () => ({ Errors: [{ DeviceId: 'D1-0000', Error: refusal }] }),
      lingerMs: 5,
    });
    const all = Promise.all(ids(3).map((id) => send(id)));
    await clock.advance(5);
    expect(await all).toEqual(['taken', 'tracker:ValidationError', 'taken']);
  });

  it.each([
    [{ name: 'ThrottlingException' }, 'throttled'],
    [{ code: 'ECONNREFUSED' }, 'unreachable'],
    [{ code: 'ECONNRESET' }, 'connection-lost'],
    [{ name: 'TimeoutError' }, 'connection-lost'],
    [{ name: 'CredentialsProviderError' }, 'no-credentials'],
    [{ name: 'ResourceNotFoundException' }, 'tracker:ResourceNotFoundException'],
  ])('fails a whole request that failed with %o as %s, and goes on', async (error, code) => {
    let failing = true;
    const { clock, send } = await scripted({
      answer: () => (failing ? Object.assign(new Error('no'), error) : undefined),
      lingerMs: 5,
    });
    const all = Promise.all(ids(2).map((id) => send(id)));
    await clock.advance(5);
    expect(await all).toEqual([code, code]);
    failing = false;
    const next = send('D1-0000');
    await clock.advance(5);
    expect(await next).toBe('taken');
  });

  it('fails a request without an answer in time as "no-answer"', async () => {
    const { clock, send } = await scripted({ latencyMs: 1e9, ackTimeoutMs: 2000 });
    const answer = send('D0-0000');
    await clock.advance(2000);
    const early = await Promise.race([answer, Promise.resolve('still waiting')]);
    await clock.advance(500);
    expect([early, await answer]).toEqual(['still waiting', 'no-answer']);
  });

  it('cuts off at the end what waits and what is under way', async () => {
    const { transport, clock, send } = await scripted({ latencyMs: 1e9, lingerMs: 60_000 });
    const underway = ids(10).map((id) => send(id));
    await clock.advance(0);
    const waiting = send('D0-0000', 1);
    await transport.close();
    expect(new Set(await Promise.all([...underway, waiting]))).toEqual(new Set(['interrupted']));
  });
});

describe('limiter', () => {
  it('gives turns at even distances, and does not save up those not taken', async () => {
    const clock = fakeClock();
    const turn = limiter(10, clock);
    const times: number[] = [];
    const take = () => void turn().then(() => times.push(clock.now()));
    take();
    take();
    take();
    await clock.advance(1000);
    take();
    take();
    await clock.advance(1000);
    expect(times).toEqual([0, 100, 200, 1000, 1100]);
  });
});
