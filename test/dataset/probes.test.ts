import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseProbe, parseProbeLine, probeLine } from '../../src/dataset/probe-line.ts';
import { parseCsvColumns, type ReadProbesOptions, readProbes } from '../../src/dataset.ts';
import { UsageError } from '../../src/errors.ts';
import type { Probe } from '../../src/model.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-probes-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function read(name: string, content: string | Buffer, options?: ReadProbesOptions) {
  const file = join(dir, name);
  await writeFile(file, content);
  const probes = [];
  for await (const sourced of readProbes(file, options)) probes.push(sourced);
  return probes;
}
async function refusal(name: string, content: string | Buffer, options?: ReadProbesOptions): Promise<UsageError> {
  const error = await read(name, content, options).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return error;
}

const ONE = probeLine('FSU-0318', 87400, 'idling', -86.79130695040737, 36.160707838247305);
const TWO = probeLine('YWY-9285', 88400, 'traveling', 11.9, 57.7);

describe('a probe line', () => {
  test("is trip-simulator's, byte for byte", () => {
    expect(ONE).toBe(
      '{"type":"Feature","properties":{"id":"FSU-0318","time":87400,"status":"idling"},"geometry":{"type":"Point","coordinates":[-86.79130695040737,36.160707838247305]}}\n',
    );
  });

  test('read back is what was written, and the fast way agrees with JSON', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-zA-Z0-9:_-]{1,20}$/),
        fc.nat(4e12),
        fc.string(),
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.double({ min: -90, max: 90, noNaN: true }),
        (id, time, status, lon, lat) => {
          const line = probeLine(id, time, status, lon, lat).trimEnd();
          const json = JSON.parse(line);
          expect(parseProbe(line)).toEqual({
            deviceId: id,
            sampleTime: time,
            status,
            position: json.geometry.coordinates,
          });
          const fast = parseProbeLine(line);
          if (fast) expect(fast).toEqual(parseProbe(line));
        },
      ),
    );
  });

  test('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['string', 'object']).toContain(typeof parseProbe(text));
      }),
    );
    fc.assert(
      fc.property(fc.nat(ONE.length), fc.string({ maxLength: 3 }), (at, insert) => {
        const line = ONE.trimEnd();
        expect(['string', 'object']).toContain(typeof parseProbe(line.slice(0, at) + insert + line.slice(at + 1)));
      }),
    );
  });
});

describe('NDJSON', () => {
  test.each([
    ['plain', ONE + TWO],
    ['without the last newline', (ONE + TWO).trimEnd()],
    ['with CRLF and empty lines', `${ONE.trimEnd()}\r\n\r\n${TWO}`],
    ['with a byte order mark', `\ufeff${ONE}${TWO}`],
    [
      'with keys in another order',
      `{"geometry":{"coordinates":[-86.79130695040737,36.160707838247305]},"properties":{"status":"idling","time":87400,"id":"FSU-0318"}}\n${TWO}`,
    ],
  ])('%s', async (name, content) => {
    const probes = await read(`${name}.ndjson`, content);
    expect(probes.map(({ probe }) => probe.deviceId)).toEqual(['FSU-0318', 'YWY-9285']);
    expect(probes[0]?.probe).toEqual({
      deviceId: 'FSU-0318',
      sampleTime: 87400,
      status: 'idling',
      position: [-86.79130695040737, 36.160707838247305],
    });
  });

  test('gzip', async () => {
    expect(await read('a.ndjson.gz', gzipSync(ONE + TWO))).toHaveLength(2);
  });

  test.each([
    ['no JSON', `${ONE}{"type":\n`, ':2: this is no JSON'],
    ['half a last line', ONE + TWO.slice(0, 40), ':2: this is no JSON'],
    ['no id', `${ONE}{"properties":{"time":1},"geometry":{"coordinates":[1,2]}}\n`, ':2: properties.id'],
    ['an id that IoT refuses', probeLine('a b', 1, 'idling', 1, 2), ':1: the device id "a b"'],
    [
      'swapped coordinates',
      probeLine('a', 1, 'idling', 36.1, -86.7) + probeLine('a', 2, 'idling', 36.1, -96.7),
      ':2: the latitude -96.7 is not between -90 and 90; longitude and latitude look swapped',
    ],
    ['microseconds', probeLine('a', 1_640_772_129_000_000, 'idling', 1, 2), 'are they micro- or nanoseconds?'],
    ['no time', '{"properties":{"id":"a"},"geometry":{"coordinates":[1,2]}}\n', ':1: properties.time must be a number'],
    ['a FeatureCollection', '{"type":"FeatureCollection","features":[]}\n', ':1: properties.id'],
    ['a longitude out of range', probeLine('a', 1, 'idling', 181, 2), ':1: the longitude 181'],
    ['nothing', '', 'holds no probe'],
  ])('%s is refused with file and line', async (name, content, text) => {
    const error = await refusal(`${name}.ndjson`, content);
    expect(error.message).toContain(`${name}.ndjson`);
    expect(error.message).toContain(text);
    expect(error.hint).toBeTruthy();
  });

  test('a truncated gzip says how far it could be read', async () => {
    const whole = gzipSync(
      Array.from({ length: 20_000 }, (_, i) =>
        probeLine('a', i * 1000 + ((i * 7919) % 1000), 'idling', (i * 0.123457) % 180, (i * 0.0543217) % 90),
      ).join(''),
    );
    const error = await refusal('cut.ndjson.gz', whole.subarray(0, whole.length / 2));
    expect(error.message).toMatch(/cut\.ndjson\.gz is no whole gzip file: it ends or breaks after line \d+/);
  });

  test('a file that is no gzip, and none at all', async () => {
    expect((await refusal('plain.ndjson.gz', ONE)).message).toContain('no whole gzip file');
    await expect(readProbes(join(dir, 'absent')).next()).rejects.toThrow('there is no file');
  });
});

describe('CSV', () => {
  test('by the default names, with ISO, ms and seconds', async () => {
    const csv = 'id,time,lon,lat\na,2021-12-29T10:02:09.500Z,1,2\na,1640772130000,3,4\na,1640772131,5,6\n';
    expect((await read('a.csv', csv)).map(({ probe, line }) => [probe.sampleTime, probe.position, line])).toEqual([
      [1640772129500, [1, 2], 2],
      [1640772130000, [3, 4], 3],
      [1640772131000, [5, 6], 4],
    ]);
  });

  test.each([
    ['2021-12-29T10:02:09.5Z', 1640772129500],
    ['2021-12-29T10:02:09.123456+01:00', 1640768529123],
    ['2021-12-29 10:02:09,25-0530', 1640791929250],
    ['2021-12-29T10:02+01', 1640768520000],
    // Without a zone: UTC, wherever the machine is.
    ['2021-12-29T10:02:09', 1640772129000],
    ['2021-12-29 10:02', 1640772120000],
    ['2021-12-29', 1640736000000],
    ['1640772129.25', 1640772129250],
    ['1.640772129e9', 1640772129000],
    ['1640772129250.4', 1640772129250],
  ])('the time %s', async (time, expected) => {
    const zone = process.env.TZ;
    process.env.TZ = 'America/New_York';
    try {
      const probes = await read('time.csv', `id,time,lon,lat\na,"${time}",1,2\n`);
      expect(probes[0]?.probe.sampleTime).toBe(expected);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  test('with CRLF, empty lines, spaces and no last newline, packed', async () => {
    const csv = '\ufeffid, time, lon, lat\r\n\r\n a, 1, 2, 3\r\nb,1,2,3';
    const probes = await read('c.csv.gz', gzipSync(csv));
    expect(probes.map(({ probe }) => probe.deviceId)).toEqual(['a', 'b']);
  });

  test('a truncated gzip says how far it could be read', async () => {
    const csv = `id,time,lon,lat\n${Array.from({ length: 20_000 }, (_, i) => `a,${i},${(i * 0.1234567) % 180},${(i * 0.054321) % 90}\n`).join('')}`;
    const whole = gzipSync(csv);
    const error = await refusal('cut.csv.gz', whole.subarray(0, whole.length / 2));
    expect(error.message).toMatch(/cut\.csv\.gz is no whole gzip file: it ends or breaks after line \d+/);
  });

  test('by names that are given', async () => {
    const columns = parseCsvColumns('id=vehicle,time=t,lon=x,lat=y');
    const probes = await read('b.txt', 'y,x,t,vehicle,more\n2,1,1000,v-1,z\n', { columns });
    expect(probes[0]?.probe).toEqual({ deviceId: 'v-1', sampleTime: 1_000_000, position: [1, 2] });
  });

  test.each([
    ['an unknown column', 'id,when,lon,lat\n', ':1: there is no column "time" (time)'],
    ['a time that is none', 'id,time,lon,lat\na,1,2,3\na,noon,2,3\n', ':3: "noon" is no time'],
    ['a time that only Date.parse takes', 'id,time,lon,lat\na,vehicle 12,2,3\n', ':2: "vehicle 12" is no time'],
    ['a day that is none', 'id,time,lon,lat\na,2021-13-01,2,3\n', ':2: "2021-13-01" is no time'],
    ['degrees that only Number takes', 'id,time,lon,lat\na,1,0x10,3\n', ':2: "0x10", "3" are no degrees'],
    ['semicolons', 'id;time;lon;lat\na;1;2,5;3\n', ':1: the columns are separated by ";"'],
    ['a column twice', 'id,time,time,lon,lat\na,1,1,2,3\n', ':1: the column "time" (time) is there twice'],
    ['an empty id', 'id,time,lon,lat\n,1,2,3\n', ':2: the device id "" is no thing name'],
    ['swapped coordinates', 'id,time,lon,lat\na,1,36.1,-96.7\n', 'longitude and latitude look swapped'],
    ['an open quote', 'id,time,lon,lat\na,1,"2,3\n', 'Quote Not Closed'],
    ['nothing but a header', 'id,time,lon,lat\n', 'holds no probe'],
    ['an empty coordinate', 'id,time,lon,lat\na,1,,3\n', ':2: "", "3" are no degrees'],
    ['a row too short', 'id,time,lon,lat\na,1,2\n', 'Invalid Record Length'],
  ])('%s is refused', async (name, content, text) => {
    expect((await refusal(`${name}.csv`, content)).message).toContain(text);
  });

  test('the header is named where a column is not in it', async () => {
    expect((await refusal('c.csv', 'a,b\n')).hint).toContain('Its columns are a, b.');
  });

  test('speed, heading and accuracy are read where they are named, and an empty field is unknown', async () => {
    const content = 'id,time,lon,lat,v,h\na,1,2,3,8.5,271\na,2,2,3,,\na,3,2,3,-1,0\n';
    const found = await read('motion.csv', content, { columns: parseCsvColumns('speed=v,heading=h') });
    expect(found.map(({ probe }) => probe.motion)).toEqual([{ speed: 8.5, heading: 271 }, undefined, { heading: 0 }]);
    expect((await read('plain.csv', content))[0]!.probe).not.toHaveProperty('motion');
  });

  test('a speed that is no number is refused', async () => {
    const content = 'id,time,lon,lat,v\na,1,2,3,8 km/h\n';
    const error = await refusal('text.csv', content, { columns: parseCsvColumns('speed=v') });
    expect(error.message).toContain(':2: speed must be a number');
  });

  test.each(['vehicle=id', 'id', 'id=', 'id=a,altitude=b'])('--csv-columns %s is refused', (text) => {
    expect(() => parseCsvColumns(text)).toThrow(UsageError);
  });
});

describe('speed, heading and accuracy', () => {
  const unknown = { speed: undefined, heading: undefined, accuracy: undefined };
  const motions = fc.record(
    {
      speed: fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }),
      heading: fc.nat(359),
      accuracy: fc.integer({ min: 0, max: 1e6 }),
    },
    { requiredKeys: [] },
  );

  test('come back from a line as they were written, by whichever way it is read', () => {
    fc.assert(
      fc.property(motions, (motion) => {
        const line = probeLine('SLE-7115', 1000, 'traveling', 11.97, 57.7, motion).trimEnd();
        const known = Object.keys(motion).length > 0 ? motion : undefined;
        expect({ ...unknown, ...(parseProbe(line) as Probe).motion }).toEqual({ ...unknown, ...known });
        expect(parseProbe(` ${line}`)).toEqual(parseProbe(line));
      }),
    );
  });

  test.each([
    ['"speed":null,"heading":-1', undefined],
    ['"heading":12.5,"note":"x"', { heading: 12.5 }],
    ['"speed":"fast"', 'properties.speed must be a number'],
  ])('%s', (members, expected) => {
    const line = probeLine('SLE-7115', 1000, 'traveling', 11.97, 57.7)
      .trimEnd()
      .replace('"traveling"', `"traveling",${members}`);
    const probe = parseProbe(line);
    expect(typeof probe === 'string' ? probe : probe.motion).toEqual(expected);
  });
});

const nashville = new URL(
  '../../../shared/data/trip-simulator-nashville-100-scooters-322s.probes.ndjson.gz',
  import.meta.url,
);
test("trip-simulator's own file is read by the fast way alone", async (context) => {
  const bytes = await readFile(nashville).catch(() => undefined);
  if (!bytes) return context.skip('../shared/data is absent');
  let count = 0;
  for await (const { probe } of readProbes(nashville.pathname)) {
    const line = probeLine(probe.deviceId, probe.sampleTime, probe.status ?? '', ...probe.position);
    if (parseProbeLine(line.trimEnd())) count++;
  }
  expect(count).toBe(32_150);
});
