import { afterEach, describe, expect, it } from 'vitest';
import type { Position, PositionUpdate } from '../../src/model.ts';
import type { Transport } from '../../src/transports/transport.ts';

/** What the other side has taken. */
export interface Taken {
  readonly deviceId: string;
  readonly sampleTime: number;
  readonly position: Position;
}

/** One transport and its other side, for one test. */
export interface TransportUnderTest {
  readonly transport: Transport;
  /** Resolves once the other side has taken that many. */
  taken(count: number): Promise<readonly Taken[]>;
  /** From now on the other side takes what comes and never answers. Resolves, each time, when something has come. */
  fallSilent(): () => Promise<unknown>;
  dispose(): Promise<void>;
}

interface ContractOptions {
  /** Sends need no `connect` before them. */
  readonly connectionless?: boolean;
}

export function updateOf(deviceId: string, seq: number): PositionUpdate {
  return { deviceId, seq, sampleTime: 1_700_000_000_000 + seq * 30_000, position: [-157.8 + seq / 1e4, 21.3] };
}

/** What every transport must do (src/transports/transport.ts). */
export function transportContract(
  name: string,
  open: (deviceIds: readonly string[]) => Promise<TransportUnderTest>,
  { connectionless = false }: ContractOptions = {},
): void {
  const devices = ['AAA-0001', 'BBB-0002', 'CCC-9003'];
  const going = new AbortController().signal;
  const opened: TransportUnderTest[] = [];
  afterEach(async () => {
    for (const { transport, dispose } of opened.splice(0)) {
      await transport.close();
      await dispose();
    }
  });
  const start = async () => {
    const under = await open(devices);
    opened.push(under);
    return under;
  };

  describe(`the ${name} transport`, () => {
    it('delivers what each device sends, whole and in order', async () => {
      const { transport, taken } = await start();
      await Promise.all(devices.map((id) => transport.connect(id, going)));
      await Promise.all(
        devices.map(async (id) => {
          for (let seq = 0; seq < 7; seq++) await transport.send(updateOf(id, seq));
        }),
      );
      const all = await taken(devices.length * 7);
      for (const id of devices) {
        const expected = Array.from({ length: 7 }, (_, seq) => {
          const { deviceId, sampleTime, position } = updateOf(id, seq);
          return { deviceId, sampleTime, position };
        });
        expect(all.filter(({ deviceId }) => deviceId === id)).toEqual(expected);
      }
    });

    it('keeps the order of sends that do not wait for each other', async () => {
      const { transport, taken } = await start();
      await transport.connect('AAA-0001', going);
      await Promise.all(Array.from({ length: 25 }, (_, seq) => transport.send(updateOf('AAA-0001', seq))));
      expect((await taken(25)).map(({ sampleTime }) => sampleTime)).toEqual(
        Array.from({ length: 25 }, (_, seq) => updateOf('AAA-0001', seq).sampleTime),
      );
    });

    it('fails a connect that may not begin, and that device alone', async () => {
      const { transport, taken } = await start();
      await expect(transport.connect('AAA-0001', AbortSignal.abort())).rejects.toMatchObject({ code: 'interrupted' });
      await transport.connect('BBB-0002', going);
      await transport.send(updateOf('BBB-0002', 0));
      expect(await taken(1)).toHaveLength(1);
    });

    if (!connectionless) {
      it('fails at once what a device sends that is not connected', async () => {
        const { transport } = await start();
        await expect(transport.send(updateOf('AAA-0001', 0))).rejects.toMatchObject({ code: 'not-connected' });
      });
    }

    it('settles all sends before it is closed, and takes none after', async () => {
      const { transport, fallSilent } = await start();
      await transport.connect('AAA-0001', going);
      const arrived = fallSilent();
      const unanswered = Promise.allSettled([transport.send(updateOf('AAA-0001', 0))]);
      await arrived();
      await Promise.all([transport.close(), transport.close()]);
      expect(await unanswered).toMatchObject([{ reason: { code: 'interrupted' } }]);
      await expect(transport.send(updateOf('AAA-0001', 1))).rejects.toMatchObject({ code: 'interrupted' });
      await expect(transport.connect('BBB-0002', going)).rejects.toMatchObject({ code: 'interrupted' });
    });
  });
}
