import { expect, test } from 'vitest';
import { newPauseSwitch, newPauses } from '../../src/workers/pause.ts';

test('pauses add up within a window, the one that goes on included', () => {
  const pauses = newPauses();
  pauses.begin(100);
  expect([pauses.end(300), pauses.within(0, 1000), pauses.within(200, 250)]).toEqual([200, 200, 50]);
  pauses.begin(900);
  expect(pauses.within(0, 1000)).toBe(300);
  expect(pauses.within(300, 900)).toBe(0);
  expect(pauses.list(950)).toEqual([
    { from: 100, to: 300 },
    { from: 900, to: 950 },
  ]);
});

test('a switch tells whoever listens, until they do not', () => {
  const told: string[] = [];
  const pause = newPauseSwitch();
  const [stopA] = [pause.listen(() => told.push('a')), pause.listen(() => told.push('b'))];
  pause.toggle();
  stopA!();
  pause.toggle();
  expect(told).toEqual(['a', 'b', 'b']);
});
