import { afterAll, expect, it } from 'vitest';
import { matchDevice } from '../../src/analyser/match.ts';
import { matchLogs } from '../../src/analyser/match-logs.ts';
import { logFiles } from './log-files.ts';

const files = logFiles();
afterAll(files.remove);

it('finds in logs that go to disk what each device by itself has', async () => {
  const line = (n: number, late: number) => ({
    id: `CAR-${n % 130}`,
    time: 1_000_000 + 10 * n + late,
    coordinates: [8 + (n % 997) * 1e-6, 50 + (n % 13) * 1e-6],
  });
  const sent = Array.from({ length: 65_000 }, (_, n) => line(n, 0));
  const received = Array.from({ length: 65_000 }, (_, n) => line(n, 1 + (n % 500))).filter((_, n) => n % 7 > 0);
  const request = {
    sent: [files.write('sent', sent)],
    received: files.write('received', received),
    timestampIsWallClock: false,
    swapped: false,
  };
  const tight = await matchLogs(request, 1);
  expect(tight).toEqual(await matchLogs(request));
  const of = (lines: typeof sent, id: string) =>
    lines
      .filter((one) => one.id === id)
      .map(({ time, coordinates: [x, y] }) => ({ time, position: [x!, y!] as const }));
  let matched = 0;
  for (let car = 0; car < 130; car++) matched += matchDevice(of(sent, `CAR-${car}`), of(received, `CAR-${car}`)).length;
  expect(tight).toMatchObject({ sent: 65_000, received: received.length, devices: 130, matched });
  expect(matched).toBeGreaterThan(10_000);
});
