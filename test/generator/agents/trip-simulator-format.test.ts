import { describe, expect, it } from 'vitest';
import { changeLine, traceLine, tripLine } from '../../../src/generator/trip-simulator-lines.ts';
import { itWithShared, sharedLines } from '../../support/shared-data.ts';
import { checkChanges, checkProbes, checkTraces, checkTrips } from '../../support/trip-simulator-format.ts';

/** The checker is right about the tool's own files; what it says of ours is in compat.test.ts. */
describe("trip-simulator's own files break none of the rules", () => {
  const CREW = 'trip-simulator-honolulu-crop-50-cars';

  itWithShared('probes, every second', [`${CREW}.probes.ndjson.gz`], () => {
    const checked = checkProbes(sharedLines(`${CREW}.probes.ndjson.gz`), { first: 1_794_638_847_000 });
    expect(checked).toEqual({ lines: 360_000, problems: [] });
  });

  const THINNED = 'trip-simulator-honolulu-crop-500-cars.every30s.probes.ndjson.gz';
  itWithShared('probes, every thirtieth second', [THINNED], () => {
    expect(checkProbes(sharedLines(THINNED), { every: 30 })).toEqual({ lines: 120_000, problems: [] });
  });

  const SCOOTERS = 'trip-simulator-nashville-100-scooters-322s.probes.ndjson.gz';
  itWithShared("the author's scooters", [SCOOTERS], () => {
    expect(checkProbes(sharedLines(SCOOTERS))).toEqual({ lines: 32_150, problems: [] });
  });

  itWithShared('changes', [`${CREW}.changes.ndjson.gz`], () => {
    expect(checkChanges(sharedLines(`${CREW}.changes.ndjson.gz`))).toEqual({ lines: 1658, problems: [] });
  });

  itWithShared('traces', [`${CREW}.traces-first200.ndjson.gz`], () => {
    expect(checkTraces(sharedLines(`${CREW}.traces-first200.ndjson.gz`))).toEqual({ lines: 200, problems: [] });
  });

  itWithShared('trips', [`${CREW}.trips-first40.ndjson.gz`], () => {
    expect(checkTrips(sharedLines(`${CREW}.trips-first40.ndjson.gz`))).toEqual({ lines: 40, problems: [] });
  });
});

describe('our lines are what those of the tool are, to the byte', () => {
  const CREW = 'trip-simulator-honolulu-crop-50-cars';

  itWithShared('changes', [`${CREW}.changes.ndjson.gz`], () => {
    for (const line of sharedLines(`${CREW}.changes.ndjson.gz`)) {
      const { vehicle_id, event_time, event_type, event_type_reason, event_location } = JSON.parse(line);
      const [lon, lat] = event_location.geometry.coordinates;
      expect(changeLine(vehicle_id, event_time, event_type, event_type_reason, lon, lat)).toBe(`${line}\n`);
    }
  });

  itWithShared('traces', [`${CREW}.traces-first200.ndjson.gz`], () => {
    for (const line of sharedLines(`${CREW}.traces-first200.ndjson.gz`)) {
      const { properties, geometry } = JSON.parse(line);
      expect(traceLine(properties.d, verticesOf(geometry.coordinates))).toBe(`${line}\n`);
    }
  });

  itWithShared('trips', [`${CREW}.trips-first40.ndjson.gz`], () => {
    for (const line of sharedLines(`${CREW}.trips-first40.ndjson.gz`)) {
      const trip = JSON.parse(line);
      const features = trip.route.features as { properties: { timestamp: number }; geometry: Point }[];
      const again = tripLine(trip.vehicle_id, {
        startTime: trip.start_time,
        endTime: trip.end_time,
        seconds: trip.trip_duration,
        metres: trip.trip_distance,
        times: Float64Array.from(features, ({ properties }) => properties.timestamp),
        ...verticesOf(features.map(({ geometry }) => geometry.coordinates)),
      });
      expect(again).toBe(`${line}\n`);
    }
  });

  interface Point {
    readonly coordinates: readonly [number, number];
  }

  function verticesOf(points: readonly (readonly [number, number])[]) {
    return { lon: Float64Array.from(points, ([lon]) => lon), lat: Float64Array.from(points, ([, lat]) => lat) };
  }
});

describe('the checker finds', () => {
  const probe = (id: string, time: number, status = 'idling', place = '1.5,2.5') =>
    `{"type":"Feature","properties":{"id":"${id}","time":${time},"status":"${status}"},"geometry":{"type":"Point","coordinates":[${place}]}}`;

  it.each([
    ['another order of keys', ['{"type":"Feature","geometry":{},"properties":{}}'], 'no probe'],
    ['an id of another form', [probe('AB-1', 0)], 'no probe'],
    ['a number with a nought too many', [probe('ABC-0001', 0, 'idling', '1.50,2.5')], 'the place'],
    ['latitude first', [probe('ABC-0001', 0, 'idling', '21.3,-157.8')], 'the place'],
    [
      'a vehicle out of order',
      ['ABC-0001', 'ABC-0002'].map((id) => probe(id, 0)).concat(probe('ABC-0002', 1000)),
      'order',
    ],
    ['a gap', [probe('ABC-0001', 0), probe('ABC-0001', 2000)], 'after 0 comes 2000'],
    [
      'an arrival out of nowhere',
      [probe('ABC-0001', 0), probe('ABC-0001', 1000, 'broken')],
      'after idling comes broken',
    ],
    ['a vehicle that begins on its way', [probe('ABC-0001', 0, 'traveling')], 'idles first'],
    [
      'a long pause between two trips',
      ['idling', 'traveling', 'idling', 'idling'].map((status, i) => probe('ABC-0001', i * 1000, status)),
      'idle for longer',
    ],
  ])('%s', (_what, lines, problem) => {
    expect(checkProbes(lines).problems.join('\n')).toContain(problem);
  });

  it('changes that do not follow one another, and trips whose times do not add up', () => {
    expect(
      checkChanges([changeLine('ABC-0001', 1000, 'available', 'user_drop_off', 1, 2).trim()]).problems,
    ).toHaveLength(1);
    const trip = { startTime: 1000, endTime: 9000, seconds: 7, metres: 5, times: Float64Array.of(1000, 2000) };
    const vertices = { lon: Float64Array.of(1, 2), lat: Float64Array.of(1, 2) };
    expect(checkTrips([tripLine('ABC-0001', { ...trip, ...vertices }).trim()]).problems.join()).toContain(
      'ends at 9000',
    );
    expect(checkTraces([traceLine(0, vertices).trim()]).problems.join()).toContain('a length of 0');
  });
});
