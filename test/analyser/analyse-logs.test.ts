import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { analyseLogs, type LogsRequest } from '../../src/analyser/analyse-logs.ts';
import { UsageError } from '../../src/errors.ts';
import { ingestLine, logFiles, receivedLine, sentLine, storedLine, sweptLine } from './log-files.ts';

let files: ReturnType<typeof logFiles>;
beforeEach(() => {
  files = logFiles();
});
afterEach(() => files.remove());

const analyse = (request: Partial<LogsRequest>) =>
  analyseLogs({ trackerAnswers: false, timestampIsWallClock: false, swapped: false, ...request });

/** Seconds, as "%f" prints them. */
const figure = (id: string, timestamp: number, ...coordinates: number[]) => ({ id, timestamp, coordinates });
const simulator = (id: string, sample_time: number, ...coordinates: number[]) => ({
  id,
  timestamp: 1_640_772_129,
  sample_time,
  coordinates,
});
const analyser = (id: string, time: number, ...coordinates: number[]) => ({ id, time, coordinates });

describe("a run's directory", () => {
  const write = (plan?: string) => {
    files.write('sent-00.ndjson', [sentLine('A', 0, 30_000), sentLine('A', 1, 90_000, { failure: 'tracker:Older' })]);
    files.write('received.ndjson.gz', [receivedLine('A', 30_000)]);
    files.write('history.ndjson', [storedLine('A', 30_000), sweptLine('A', 1)]);
    if (plan !== undefined) files.write('plan.json', [], plan);
  };

  it('is read as it is, packed logs too', async () => {
    write('{"transport":"iot"}');
    const { json, text } = await analyse({ dir: files.dir });
    expect(json).toMatchObject({ sent: 2, seen: 1, unexplained: 1, endToEnd: { count: 1 } });
    expect(text).toContain('1 devices sent 2 updates');
    expect(text).toContain('no answers of the trackers');
  });

  it('says by its plan whether the send log holds the answers of the trackers', async () => {
    write('{"transport":"tracker"}');
    expect((await analyse({ dir: files.dir })).json).toMatchObject({ refused: 1, refusals: { Older: 1 } });
  });

  it('takes no such answer where there is no plan', async () => {
    write();
    expect((await analyse({ dir: files.dir })).json).toMatchObject({ refused: 0, unexplained: 1 });
  });

  it('counts a log once that gzip -k has left packed and plain', async () => {
    write();
    files.write('sent-00.ndjson.gz', [sentLine('A', 0, 30_000), sentLine('A', 1, 90_000)]);
    files.write('received.ndjson', [receivedLine('A', 30_000)]);
    expect((await analyse({ dir: files.dir })).json).toMatchObject({ sent: 2, seen: 1 });
  });

  it('is judged by what is in it even where the viewer saw other fleets alone', async () => {
    write();
    files.write('received.ndjson.gz', [receivedLine('Z', 30_000)]);
    const { json } = await analyse({ dir: files.dir });
    expect(json).toMatchObject({ seen: 0, unexplained: 2, notes: [expect.stringContaining('is it of the same run?')] });
  });
});

describe('logs of simctl by name', () => {
  it('are joined on device and sample time', async () => {
    const { json } = await analyse({
      sent: [
        files.write('a', [sentLine('A', 0, 30_000)]),
        files.write('b', [sentLine('B', 0, 30_000), sentLine('B', 1, 60_000)]),
      ],
      received: files.write('r', [receivedLine('A', 30_000)]),
      history: files.write('h', [sweptLine('A', 0), sweptLine('B', 0)]),
      ingest: files.write('i', [ingestLine('B', 30_000, 'ConflictException')]),
    });
    expect(json).toMatchObject({ devices: 2, sent: 3, seen: 1, refused: 1, lost: 1 });
  });

  it('need no receive log, and an empty one is said to be so', async () => {
    const sent = [files.write('s', [sentLine('A', 0, 30_000)])];
    expect((await analyse({ sent })).json).toMatchObject({ unexplained: 1, evidence: { received: false } });
    const { json } = await analyse({ sent, received: files.write('r', []) });
    expect(json).toMatchObject({ notes: [expect.stringContaining('is empty: nothing was seen')] });
  });
});

describe('logs of the 2022 project', () => {
  const received = () => files.write('r', [analyser('A', 1_500, 1, 2), analyser('A', 2_700, 3, 4)]);

  it.each([
    ['2022 simulator', [simulator('A', 1_000.9, 1, 2), simulator('A', 2_000.1, 3, 4)]],
    ['2022 analyser', [analyser('A', 1_000, 1, 2), analyser('A', 2_000, 3, 4)]],
    [
      'simctl sent',
      [
        sentLine('A', 0, 0, { sentAt: 1_000, position: [1, 2] }),
        sentLine('A', 1, 5, { sentAt: 2_000, position: [3, 4] }),
      ],
    ],
  ])('%s: matched by position', async (dialect, lines) => {
    const { json, text } = await analyse({ sent: [files.write('s', lines)], received: received() });
    expect(json).toMatchObject({
      logs: [{ dialect }, { dialect: '2022 analyser' }],
      toleranceDegrees: 1e-9,
      matched: 2,
      devices: 1,
      devicesByMatches: { 2: 1 },
      latency: { count: 2, min: 500, p50: 500, max: 700, mean: 600, negative: 0 },
    });
    expect(text).toContain('2 of 2 sent entries matched');
  });

  it('figure 7: counted, but no latency unless its time is asserted to be that of sending', async () => {
    const sent = [files.write('s', [figure('A', 1.000123, 1, 2), figure('B', 1, 1, 2)])];
    const { json, text } = await analyse({ sent, received: received() });
    expect(json).toMatchObject({ matched: 1, devicesByMatches: { 0: 1, 1: 1 } });
    expect(json).not.toHaveProperty('latency');
    expect(text).toContain('--timestamp-is-wall-clock');
    const asserted = await analyse({ sent, received: received(), timestampIsWallClock: true });
    expect(asserted.json).toMatchObject({ latency: { count: 1, p50: 500 }, notes: [] });
  });

  it('seconds keep their millisecond', async () => {
    const sent = [files.write('s', [figure('A', 1_640_772_129.123, 1, 2)])];
    const to = files.write('r', [analyser('A', 1_640_772_129_123, 1, 2)]);
    const { json } = await analyse({ sent, received: to, timestampIsWallClock: true });
    expect(json).toMatchObject({ latency: { min: 0, max: 0 } });
  });

  it('are turned round where the receive log is', async () => {
    const sent = [files.write('s', [analyser('A', 1_000, 2, 1), analyser('A', 2_000, 4, 3)])];
    expect((await analyse({ sent, received: received() })).json).toMatchObject({ matched: 0 });
    expect((await analyse({ sent, received: received(), swapped: true })).json).toMatchObject({ matched: 2 });
  });

  it('counts differences below zero', async () => {
    const sent = [files.write('s', [analyser('A', 2_000, 1, 2)])];
    const { json, text } = await analyse({ sent, received: received() });
    expect(json).toMatchObject({ latency: { negative: 1, max: -500 } });
    expect(text).toContain('1 are below zero');
  });

  it('may end in half a line, which is said', async () => {
    const sent = [files.write('s', [analyser('A', 1_000, 1, 2)], '{"id":"A","ti')];
    const { json } = await analyse({ sent, received: received() });
    expect(json).toMatchObject({ matched: 1, notes: ['s:2: the last line is half-written and was passed over'] });
  });
});

describe('what editors, disks and tools do to a log', () => {
  const lines = [sentLine('A', 0, 30_000), sentLine('A', 1, 60_000)];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const analysed = (bytes: string | Buffer, name = 's') => {
    writeFileSync(files.path(name), bytes);
    return analyse({
      sent: [files.path(name)],
      received: files.write('r', [receivedLine('A', 30_000), receivedLine('A', 60_000)]),
    });
  };

  it.each([
    ['a byte order mark', () => `\uFEFF${text}`],
    ['a byte order mark before the only line, without its newline', () => `\uFEFF${text.trimEnd()}`],
    ['lines that end in CR LF', () => text.replaceAll('\n', '\r\n')],
    ['no newline at the end', () => text.trimEnd()],
    ['blank lines', () => `\n${text.replaceAll('\n', '\n \n')}`],
    ['gzip under a plain name', () => gzipSync(text)],
    ['gzip in two members', () => Buffer.concat([gzipSync(text.slice(0, 40)), gzipSync(text.slice(40))])],
  ])('%s changes nothing', async (_, bytes) => {
    const { json } = await analysed(bytes());
    expect(json).toMatchObject({ sent: 2, seen: 2, notes: [] });
  });

  it('a plain log named .gz is read as what it is', async () => {
    expect((await analysed(text, 's.gz')).json).toMatchObject({ sent: 2, seen: 2 });
  });

  it('NUL bytes at the end, as a power cut leaves them, are half a line, which is said', async () => {
    const { json } = await analysed(text + '\0'.repeat(4096));
    expect(json).toMatchObject({
      sent: 2,
      seen: 2,
      halfLines: 1,
      notes: [expect.stringContaining('s:3: the last line')],
    });
  });

  it('latitude and longitude the other way round are named', async () => {
    const turned = { ...receivedLine('A', 30_000), position: [50.1, 8.5] as const };
    const { json } = await analyse({
      sent: [files.write('s', lines)],
      received: files.write('r', [turned]),
    });
    expect(json).toMatchObject({
      seen: 1,
      notes: [expect.stringMatching(/^latitude and longitude are swapped: 1 of 1 positions/)],
    });
  });
});

describe('what cannot be analysed', () => {
  const good = () => files.write('good', [sentLine('A', 0, 30_000)]);
  const cases: [name: string, request: () => Partial<LogsRequest>, message: RegExp][] = [
    ['nothing given', () => ({}), /say what to analyse/],
    ['both given', () => ({ dir: files.dir, sent: [good()] }), /say what to analyse/],
    ['no directory', () => ({ dir: files.path('none') }), /cannot read the run's directory .*none/],
    ['a directory without logs', () => ({ dir: files.dir }), /there is no sent-\*\.ndjson/],
    ['no file', () => ({ sent: [files.path('none')] }), /there is no file .*none/],
    ['an empty log', () => ({ sent: [files.write('s', [])] }), /nothing was sent: there is no whole line in .*s$/],
    ['nothing but half a line', () => ({ sent: [files.write('s', [], '{"id":"A","se')] }), /no whole line in .*s$/],
    ['a log given twice', () => ({ sent: [good(), good()] }), /the same send twice: update 0 of a device/],
    [
      'a log beside a copy of it',
      () => ({ sent: [good(), files.write('copy.gz', [sentLine('A', 0, 30_000)])] }),
      /the same send twice/,
    ],
    [
      'a malformed line in the middle',
      () => ({ sent: [files.write('s', [sentLine('A', 0, 1)], '{"id":"A",\n{"id":"B"}\n')] }),
      /s:2: this line is no JSON object/,
    ],
    [
      'a line that lacks something',
      () => ({ sent: [files.write('s', [sentLine('A', 0, 1), { id: 'A', seq: 1, position: [1, 2], sentAt: '5' }])] }),
      /s:2: this is no line of a "simctl sent" log: sampleTime, sentAt missing or misshapen/,
    ],
    [
      'another kind of file',
      () => ({ sent: [files.write('s', [{ hello: 1 }])] }),
      /s:1: this is a line of none of the logs that can be read/,
    ],
    [
      'mixed dialects',
      () => ({ sent: [files.write('s', [sentLine('A', 0, 1), analyser('A', 1, 1, 1)])] }),
      /s:2: a line of "2022 analyser" in a log of "simctl sent"/,
    ],
    [
      'mixed dialects of 2022',
      () => ({
        sent: [files.write('s', [simulator('A', 1, 1, 1), figure('A', 1, 1, 1)])],
        received: files.write('r', [analyser('A', 1, 1, 1)]),
      }),
      /s:2: a line of "2022 figure 7" in a log of "2022 simulator"/,
    ],
    [
      'mixed dialects of 2022, the longer lines later',
      () => ({
        sent: [files.write('s', [figure('A', 1, 1, 1), simulator('A', 1, 1, 1)])],
        received: files.write('r', [analyser('A', 1, 1, 1)]),
      }),
      /s:2: a line of "2022 simulator" in a log of "2022 figure 7"/,
    ],
    [
      'the wrong log',
      () => ({ sent: [good()], received: files.write('i', [ingestLine('A', 30_000)]) }),
      /i:1: this log is "simctl ingest", and what is wanted here is "simctl received"/,
    ],
    [
      'different runs',
      () => ({ sent: [good()], received: files.write('r', [receivedLine('B', 30_000)]) }),
      /no device of .*good is in .*r: these are logs of different runs/,
    ],
    [
      'different runs of 2022',
      () => ({
        sent: [files.write('s', [analyser('A', 1, 1, 1)])],
        received: files.write('r', [analyser('B', 1, 1, 1)]),
      }),
      /these are logs of different runs/,
    ],
    ['a 2022 log alone', () => ({ sent: [files.write('s', [analyser('A', 1, 1, 1)])] }), /name it with --received/],
    [
      'an empty receive log for a 2022 one',
      () => ({ sent: [files.write('s', [analyser('A', 1, 1, 1)])], received: files.write('r', []) }),
      /r is empty: there is nothing to match/,
    ],
    [
      'fates of a 2022 log',
      () => ({
        sent: [files.write('s', [analyser('A', 1, 1, 1)])],
        received: files.write('r', [analyser('A', 1, 1, 1)]),
        fates: files.path('f'),
      }),
      /--fates cannot be used with logs of the 2022 project/,
    ],
    [
      'half a gzip file',
      () => {
        const file = files.write('s.gz', [sentLine('A', 0, 1), sentLine('A', 1, 2)]);
        return { sent: [files.halve(file)] };
      },
      /s\.gz is no whole gzip file/,
    ],
    ['a directory for a file', () => ({ sent: [files.dir] }), /simctl-analyse-\S+ is a directory, and a log is wanted/],
    [
      'a directory for the receive log',
      () => ({ sent: [good()], received: files.dir }),
      /simctl-analyse-\S+ is a directory, and a log is wanted/,
    ],
    ['a file for a directory', () => ({ dir: good() }), /good is a file, and a run's directory is wanted/],
    [
      'NUL bytes in the middle',
      () => ({ sent: [files.write('s', [sentLine('A', 0, 1)], '\0\0\0\0\n{}\n')] }),
      /s:2: this line is no JSON object: it holds NUL bytes/,
    ],
    [
      'UTF-16, with its mark and without',
      () => {
        const text = Buffer.from(`\uFEFF${JSON.stringify(sentLine('A', 0, 1))}\n`, 'utf16le');
        writeFileSync(files.path('s'), text);
        return { sent: [files.path('s')] };
      },
      /s:1: this line is no JSON object: the file seems to be UTF-16/,
    ],
    [
      'one array of lines',
      () => ({ sent: [files.write('s', [], `${JSON.stringify([sentLine('A', 0, 1)])}\n`)] }),
      /s:1: .*: it is an array, and a log has one object a line/,
    ],
    [
      'JSON over several lines',
      () => ({ sent: [files.write('s', [], `${JSON.stringify(sentLine('A', 0, 1), null, 2)}\n`)] }),
      /s:1: .*: it is the beginning of one over several lines/,
    ],
    [
      'CSV',
      () => ({ sent: [files.write('s', [], 'id,time,longitude,latitude\nA,1,2,3\n')] }),
      /s:1: this line is no JSON object$/,
    ],
    [
      'a damaged plan',
      () => {
        files.write('sent-00.ndjson', [sentLine('A', 0, 1)]);
        files.write('plan.json', [], '{');
        return { dir: files.dir };
      },
      /cannot read .*plan\.json/,
    ],
  ];

  it.each(cases)('%s', async (_, request, message) => {
    const failure = await analyse(request()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect((failure as Error).message).toMatch(message);
  });
});
