import { describe, expect, test } from 'vitest';
import {
  bytes,
  cores,
  diskSpace,
  localPorts,
  memory,
  nodeVersion,
  openFiles,
  port,
  terminal,
} from '../../src/doctor/machine.ts';

const run = (devices: number, standIn = true) => ({ devices, updates: 22, standIn });
const LINUX = { first: 32_768, last: 60_999 };

describe('open files', () => {
  test.each([
    // devices, soft, hard, in a container → level, what the remedy names
    [1000, 1200, 1200, false, 'ok', undefined],
    [1000, 1199, 4096, false, 'problem', 'ulimit -n 1200'],
    [20_000, 1_048_576, 1_048_576, false, 'ok', undefined],
    [20_000, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, false, 'ok', undefined],
    [20_000, 1024, 1024, false, 'problem', 'LimitNOFILE=20200'],
    [20_000, 1024, 1024, true, 'problem', '--ulimit nofile=20200'],
  ] as const)('%i devices, limits %d and %d, container %s: %s', (devices, soft, hard, container, level, mend) => {
    const finding = openFiles(run(devices), { soft, hard, container });
    expect(finding.level).toBe(level);
    if (mend === undefined) expect(finding.mend).toBeUndefined();
    else expect(finding.mend).toContain(mend);
  });
});

describe('local ports', () => {
  test.each([
    [14_116, LINUX, 'ok'],
    [14_117, LINUX, 'warning'], // a second run before the first one's ports are back
    [28_232, LINUX, 'warning'],
    [28_233, LINUX, 'problem'],
    [60_000, { first: 1024, last: 65_535 }, 'warning'],
    [1000, undefined, 'warning'],
  ] as const)('%i devices of %j: %s', (devices, range, level) => {
    expect(localPorts(run(devices), range).level).toBe(level);
  });

  test('what is missing can be widened or shared', () => {
    expect(localPorts(run(40_000), LINUX)).toMatchObject({
      detail: '28232 (32768–60999) to each address of a broker, 40000 wanted',
      mend: expect.stringMatching(/ip_local_port_range.*--shard/),
    });
  });
});

describe('memory', () => {
  test.each([
    // 1,000 devices want 350 MB, and their stand-in 230 MB
    [1000, true, 0.871e9, 'ok'],
    [1000, true, 0.869e9, 'warning'],
    [1000, true, 0.579e9, 'problem'],
    [1000, false, 0.539e9, 'ok'],
    [100_000, false, 8e9, 'problem'],
  ] as const)('%i devices, stand-in %s, %d bytes free: %s', (devices, standIn, free, level) => {
    expect(memory(run(devices, standIn), free).level).toBe(level);
  });
});

test.each([
  [1, 'warning'],
  [2, 'ok'],
] as const)('%i core: %s', (count, level) => expect(cores(run(1), count).level).toBe(level));

test.each([
  ['v20.19.0', 'ok'],
  ['v20.18.3', 'problem'],
  ['v18.20.0', 'problem'],
  ['v22.1.0', 'ok'],
])('Node %s: %s', (version, level) => expect(nodeVersion(version, '>=20.19').level).toBe(level));

test.each([
  [10e6, 'problem'],
  [30e6, 'warning'],
  [40e6, 'ok'],
  [undefined, 'problem'],
])('%s bytes free of disk, 20 MB wanted: %s', (free, level) => {
  expect(diskSpace('here', { wanted: 20e6, use: 'logs' }, free).level).toBe(level);
});

describe('the terminal', () => {
  const good = { isTTY: true, columns: 80, rows: 24, utf8: true, colourDepth: 8 };
  test.each([
    [good, 'ok', '80 × 24, 256 colours, UTF-8'],
    [{ ...good, colourDepth: 1 }, 'ok', '80 × 24, no colour, UTF-8'],
    [{ ...good, utf8: false }, 'warning', '80 × 24, 256 colours, not UTF-8'],
    [{ ...good, columns: 79 }, 'warning', '79 × 24, 256 colours, UTF-8'],
    [{ ...good, rows: 10 }, 'warning', '80 × 10, 256 colours, UTF-8'],
    [{ ...good, isTTY: false, utf8: false }, 'ok', 'none: a run prints plain lines'],
  ] as const)('%j: %s', (reading, level, detail) => expect(terminal(reading)).toMatchObject({ level, detail }));
});

test.each([
  [{ port: 8883, use: 'MQTT' }, 'ok', undefined],
  [{ port: 8883, use: 'MQTT', taken: 'EADDRINUSE' }, 'warning', /--mqtt-port 0/],
  [{ port: 4580, use: 'HTTP', taken: 'EACCES' }, 'warning', /--http-port 0/],
] as const)('%j: %s', (reading, level, mend) => {
  const finding = port(reading);
  expect(finding.level).toBe(level);
  if (mend === undefined) expect(finding.mend).toBeUndefined();
  else expect(finding.mend).toMatch(mend);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1200, '1.2 kB'],
  [15_400_000, '15 MB'],
  [23e12, '23 TB'],
])('%d bytes are %s', (count, text) => expect(bytes(count)).toBe(text));
