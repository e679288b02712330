import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deviceSessions } from '../../src/transports/device-sessions.ts';
import { sessionsOf } from '../../src/transports/session/index.ts';
import { hasMosquitto } from '../support/brokers.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type RecordedBroker, recordedMosquitto, recordedStandIn } from '../support/recorded-broker.ts';

const DEVICES = Array.from({ length: 6 }, (_, i) => `d${i}`);
const UPDATES = 120;
const HOURS = 3_600_000;

const brokers: Record<string, (clientIds: readonly string[]) => Promise<RecordedBroker>> = {
  mosquitto: recordedMosquitto,
  "the stand-in's broker": recordedStandIn,
};

for (const [name, start] of Object.entries(brokers)) {
  test(`${name} is killed twice while devices send: nothing is lost or reordered, by what it noted itself`, async (context) => {
    if (name === 'mosquitto' && !hasMosquitto) return context.skip('mosquitto is not installed');
    const broker = await start(DEVICES);
    try {
      // Hours go by while it is away: devices pause as long as they like, and nobody waits.
      const clock = fakeClock();
      const timeouts = { ackTimeoutMs: 500 * HOURS, connectTimeoutMs: 500 * HOURS };
      const sessions = deviceSessions({
        open: await sessionsOf('lean', clock, timeouts),
        optionsOf: (clientId) => ({
          ...broker.optionsOf(clientId),
          clientId,
          keepAliveSeconds: 0,
          clean: true,
          ...timeouts,
        }),
        clock,
        seed: 1,
        patienceMs: 500 * HOURS,
      });
      await Promise.all(DEVICES.map((id) => sessions.connect(id, new AbortController().signal)));
      const acknowledged = new Set<string>();
      let sending = true;
      const all = Promise.all(
        DEVICES.map(async (id) => {
          for (let seq = 0; seq < UPDATES; seq++) {
            await sessions.publish(id, `t/${id}/${seq}`, 'x', 1);
            acknowledged.add(`t/${id}/${seq}`);
          }
        }),
      ).finally(() => {
        sending = false;
      });
      const killing = (async () => {
        for (const share of [0.3, 0.6]) {
          while (broker.noted.length < share * DEVICES.length * UPDATES) await setImmediate();
          await broker.killAndRestart();
        }
      })();
      while (sending) {
        await clock.advance(100);
        await setImmediate();
      }
      await Promise.all([all, killing]);
      await sessions.close();

      expect(acknowledged.size).toBe(DEVICES.length * UPDATES);
      // Its log may reach us after its answer.
      await expect.poll(() => new Set(broker.noted.map(({ topic }) => topic)).size).toBe(acknowledged.size);
      for (const id of DEVICES) {
        const seqs = broker.noted
          .filter(({ clientId }) => clientId === id)
          .map(({ topic }) => Number(topic.split('/')[2]));
        expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      }
      const { disconnects, reconnects, redeliveries } = sessions.connections.counts();
      expect([disconnects, reconnects]).toEqual([2 * DEVICES.length, 2 * DEVICES.length]);
      // Each repetition that it noted is one that was counted; what the killed one never read was counted too.
      const again = broker.noted.filter(({ topic }, i) => broker.noted.findIndex((one) => one.topic === topic) < i);
      expect(again.length).toBeLessThanOrEqual(redeliveries);
      for (const { dup } of again) expect(dup).not.toBe(false);
    } finally {
      await broker.close();
    }
  }, 60_000);
}
