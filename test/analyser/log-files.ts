import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { IngestLine, ReceivedLine, SentLine, StoredLine, SweptLine } from '../../src/logs.ts';

/** A directory for logs, and a way to write them. */
export function logFiles() {
  const dir = mkdtempSync(join(tmpdir(), 'simctl-analyse-'));
  return {
    dir,
    path: (name: string) => join(dir, name),
    /** One JSON text a line; packed where the name ends in .gz; `tail` follows without a newline. */
    write(name: string, lines: readonly object[], tail = ''): string {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('') + tail;
      writeFileSync(join(dir, name), name.endsWith('.gz') ? gzipSync(text) : text);
      return join(dir, name);
    },
    /** As a copy that was cut off. */
    halve(file: string): string {
      truncateSync(file, Math.floor(statSync(file).size / 2));
      return file;
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

const position = [8.5, 50.1] as const;

export function sentLine(id: string, seq: number, sampleTime: number, rest: Partial<SentLine> = {}): SentLine {
  return { id, seq, sampleTime, position, dueAt: 9_000, sentAt: 9_000.25, doneAt: 9_001, ...rest };
}

export function receivedLine(id: string, sampleTime: number, rest: Partial<ReceivedLine> = {}): ReceivedLine {
  return { id, sampleTime, position, notBefore: 9_100, seenAt: 9_300, ...rest };
}

export function storedLine(id: string, sampleTime: number, receivedTime = 9_050): StoredLine {
  return { id, sampleTime, position, receivedTime };
}

export function sweptLine(swept: string, stored: number, from = 0, to = 1e12): SweptLine {
  return { swept, from, to, stored };
}

export function ingestLine(id: string, sampleTime: number | undefined, code?: string): IngestLine {
  return { ingest: 1, at: 9_040, id, ...(sampleTime === undefined ? {} : { sampleTime }), ...(code ? { code } : {}) };
}
