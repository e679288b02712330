import fc from 'fast-check';
import { expect, test } from 'vitest';
import { probeLine } from '../../src/dataset.ts';
import type { AgentState } from '../../src/generator/agents/agent.ts';
import { newLineBytes } from '../../src/generator/line-bytes.ts';
import { roundedMotion } from '../../src/generator/motion.ts';
import { newProbeBytes } from '../../src/generator/probe-bytes.ts';

const number = fc.oneof(
  fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }).map((units) => units / 1e7),
  fc.integer({ min: -20, max: 20 }).map((units) => units / 1e7),
  fc.double({ min: -180, max: 180, noNaN: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1, -1, 0.1, 1e-6, 9e-7, 1e-7, 0.5, 180, 99.9999999, 1e8, 123456789.1234567, 2 ** 53, 1e21),
);

test('a number is written as JavaScript writes it', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 50 }), (values) => {
      const out = newLineBytes();
      for (const value of values) {
        out.number(value);
        out.bytes(Buffer.from(' '));
      }
      expect(Buffer.from(out.take()).toString()).toBe(values.map((value) => `${value} `).join(''));
      expect(out.length).toBe(0);
    }),
    { numRuns: 1000 },
  );
});

const state = fc.record<AgentState>({
  lon: number,
  lat: number,
  status: fc.constantFrom('idling', 'traveling', 'broken', 'ünïque'),
  speed: fc.oneof(fc.double({ min: 0, max: 60, noNaN: true }), fc.constant(Number.NaN)),
  heading: fc.oneof(fc.double({ min: 0, max: 360, noNaN: true }), fc.constant(Number.NaN)),
  accuracy: fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constant(Number.NaN)),
  silent: fc.constant(false),
});

test('lines are those of probeLine, to the byte', () => {
  const ids = ['ABC-1234', 'a"b', 'é'];
  const entry = fc.record({ n: fc.nat({ max: 2 }), ms: fc.nat({ max: 4e12 }), state });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), fc.boolean(), (entries, properties) => {
      const probes = newProbeBytes(ids, properties);
      for (const { n, ms, state: of } of entries) {
        probes.time(ms);
        probes.add(n, of);
      }
      const lines = entries.map(({ n, ms, state: of }) =>
        probeLine(ids[n]!, ms, of.status, of.lon, of.lat, properties ? roundedMotion(of) : undefined),
      );
      expect(Buffer.from(probes.take()).toString()).toBe(lines.join(''));
    }),
  );
});

test('a motion has no more digits than a receiver, and nothing that is unknown', () => {
  const of = { lon: 0, lat: 0, status: '', silent: false, speed: 8.3456, heading: 359.96, accuracy: 4.44 };
  expect(roundedMotion(of)).toEqual({ speed: 8.35, heading: 0, accuracy: 4.4 });
  expect(roundedMotion({ ...of, heading: Number.NaN, accuracy: Number.NaN })).toEqual({ speed: 8.35 });
});
