import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RunError } from '../src/errors.ts';
import { openLineLog } from '../src/line-log.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'line-log-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('a line log', () => {
  test('holds every line once flushed, and may be closed twice', async () => {
    const file = join(dir, 'log');
    const log = openLineLog(file);
    log.write('a');
    log.write('b');
    await log.flush();
    expect(readFileSync(file, 'utf8')).toBe('a\nb\n');
    log.write('c');
    await log.close();
    await log.close();
    expect(readFileSync(file, 'utf8')).toBe('a\nb\nc\n');
  });

  test('keeps what is longer than a chunk, and every letter, in order', async () => {
    const file = join(dir, 'log');
    const log = openLineLog(file);
    const lines = [
      'å'.repeat(100_000),
      'x'.repeat(70_000),
      '日本語 🚚',
      ...Array.from({ length: 5000 }, (_, i) => `line ${i} €`),
    ];
    for (const line of lines) log.write(line);
    await log.close();
    expect(readFileSync(file, 'utf8').split('\n')).toEqual([...lines, '']);
  });

  test('is flushed once the system has all of it, what it was handed before included', async () => {
    const file = join(dir, 'log');
    const log = openLineLog(file);
    const whole = 'x'.repeat(70_000);
    log.write(whole);
    await log.flush();
    expect(readFileSync(file, 'utf8')).toBe(`${whole}\n`);
    await log.close();
  });

  test('stays as it is while lines go on to be written faster than the system takes them', async () => {
    const file = join(dir, 'log');
    const log = openLineLog(file);
    const lines = Array.from({ length: 100 }, (_, i) => `${i} `.repeat(2000));
    const flushed = lines.flatMap((line) => {
      log.write(line);
      return [log.flush(), log.flush()];
    });
    await Promise.all(flushed);
    expect(readFileSync(file, 'utf8').split('\n')).toEqual([...lines, '']);
    await log.close();
  });

  test('a thread that is ending has its last lines there before anything else can happen, and once', async () => {
    const file = join(dir, 'log');
    const log = openLineLog(file);
    log.write('a');
    await log.flush();
    log.write('b');
    log.flushNow();
    log.flushNow();
    expect(readFileSync(file, 'utf8')).toBe('a\nb\n');
    log.write('c');
    await log.close();
    log.flushNow();
    expect(readFileSync(file, 'utf8')).toBe('a\nb\nc\n');
  });

  test('so has what was handed over and may never be written; where it is, nothing is there twice', async () => {
    const file = join(dir, 'log');
    const log = openLineLog(file);
    log.write('first');
    await log.flush();
    const lines = ['first', ...Array.from({ length: 50 }, (_, i) => `${i} `.repeat(2000))];
    for (const line of lines.slice(1)) {
      log.write(line);
      void log.flush();
    }
    log.flushNow();
    expect(readFileSync(file, 'utf8')).toBe(`${lines.join('\n')}\n`);
    log.write('last');
    await log.close();
    expect(readFileSync(file, 'utf8')).toBe(`${[...lines, 'last'].join('\n')}\n`);
  });

  test('does not overwrite: closing says that the file was there', async () => {
    const file = join(dir, 'log');
    await openLineLog(file).close();
    await expect(openLineLog(file).close()).rejects.toThrow(RunError);
  });

  // The device that Linux has for this; elsewhere a disk would have to be filled.
  test.skipIf(!existsSync('/dev/full'))('on a full disk, flush and close reject, each time', async () => {
    const log = openLineLog('/dev/full', { append: true });
    log.write('a');
    await expect(log.flush()).rejects.toThrow(/ENOSPC/);
    log.write('b');
    await expect(log.flush()).rejects.toThrow(/ENOSPC/);
    await expect(log.close()).rejects.toThrow(RunError);
    await expect(log.failed).rejects.toThrow(RunError);
  });
});
