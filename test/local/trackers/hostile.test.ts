/** Whatever is sent, the answer is one that the service model knows, and what was stored before is still there. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { locationApi } from '../../../src/local/trackers/api.ts';
import { OPERATIONS, SHAPES } from '../../../src/local/trackers/model.ts';
import { Trackers } from '../../../src/local/trackers/trackers.ts';

const NOW = Date.UTC(2026, 10, 24);

it('no request brings the trackers out of step', async () => {
  const trackers = new Trackers({ region: 'eu-west-1', accountId: '0', now: () => NOW });
  const api = locationApi(trackers);
  const { positions } = trackers.create('kept');
  positions.write({ deviceId: 'kept', sampleTime: NOW, position: [1, 2] }, 'TimeBased', NOW);

  const names = [
    ...new Set(Object.values(SHAPES).flatMap((shape) => ('members' in shape ? Object.keys(shape.members) : []))),
  ];
  const leaf = fc.oneof(
    fc.constantFrom(
      't',
      'd',
      '',
      '2026-11-24T00:00:00Z',
      'TimeBased',
      'RequestBasedUsage',
      '__proto__',
      'a'.repeat(2001),
    ),
    fc.string(),
    fc.double(),
    fc.integer({ min: -5, max: 200 }),
    fc.boolean(),
    fc.constant(null),
    fc.constant([0, 0]),
    fc.constant([
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ]),
  );
  const { value: anything } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
    ),
  }));
  // A body of the right members, more or less, with anything for values.
  const requests = fc.constantFrom(...Object.values(OPERATIONS)).chain(({ method, uri, input }) => {
    const shape = SHAPES[input]!;
    const members = 'members' in shape ? Object.keys(shape.members) : [];
    return fc.record({
      method: fc.constant(method),
      path: fc.tuple(
        ...uri
          .slice(1)
          .split('/')
          .map((segment) =>
            segment.startsWith('{')
              ? fc.oneof(fc.constantFrom('t', 'd', '..', 'é'), fc.string())
              : fc.constant(segment),
          ),
      ),
      body: fc.oneof(
        anything,
        fc.record(Object.fromEntries(members.map((name) => [name, anything])), { requiredKeys: [] }),
      ),
    });
  });

  await fc.assert(
    fc.asyncProperty(requests, async ({ method, path, body }) => {
      const text = JSON.stringify(body) ?? '';
      const reply = await api({
        method,
        path,
        query: new URLSearchParams('tagKeys=a'),
        headers: {},
        body: Buffer.from(text),
      });
      expect([200, 400, 402, 404, 409]).toContain(reply?.status);
      if (reply?.status !== 200) expect(reply?.body).toMatchObject({ message: expect.any(String) });
      expect(() => JSON.stringify(reply?.body)).not.toThrow();
    }),
    { numRuns: 2000 },
  );
  expect(trackers.tracker('kept').positions.latest('kept', NOW)).toMatchObject({ sampleTime: NOW, position: [1, 2] });
});
