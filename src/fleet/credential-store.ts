/**
 * What devices prove themselves with, one target's in one directory: `credentials.ndjson`, a line a device, readable
 * to its owner alone. Opening reads the file once and keeps where each line is, not what is in it, so that 100,000
 * devices cost a few MB in each worker that opens it. All calls are synchronous: a read is one `pread` from the cache.
 */
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../errors.ts';
import { appendLine, openPrivate, readSpan, replaceLines, type Span, scanLines, trim } from './appended-lines.ts';
import { lockForWriting } from './writer-lock.ts';

export interface DeviceCredentials {
  readonly deviceId: string;
  readonly thingName: string;
  readonly certificateId: string;
  readonly certificateArn: string;
  readonly certificatePem: string;
  /** PKCS #8. */
  readonly privateKeyPem: string;
  /** Id of the fleet's own authority, where that made it: AWS then knows it from its first connection on. */
  readonly authority?: string;
}

export interface CredentialStore {
  readonly size: number;
  has(deviceId: string): boolean;
  get(deviceId: string): DeviceCredentials | undefined;
  /** In the order they were made. */
  ids(): Iterable<string>;
  /** The device must not be there yet. What was appended survives SIGKILL. @throws SetupError where the disk is full */
  append(credentials: DeviceCredentials): void;
  /** Writes the file anew without them, and puts it in the old one's place. */
  remove(deviceIds: Iterable<string>): void;
  close(): void;
}

/**
 * Opens the store of `dir`; where there is none it is empty, and made by the first write.
 * @throws SetupError where another process writes, or the file holds something else.
 */
export function openCredentialStore(dir: string, { write = false } = {}): CredentialStore {
  const file = join(dir, 'credentials.ndjson');
  const opened = openPrivate(file, write);
  const lock = write ? lockForWriting(join(dir, 'writer.lock')) : undefined;
  let fd = opened;
  let index = new Map<string, Span>();
  let end = 0;

  function scan(): void {
    if (fd === undefined) return;
    index = new Map();
    end = scanLines(fd, (line, span, number) => {
      const id = idOf(line);
      if (id === undefined) {
        throw new SetupError(`${file}:${number}: this is no line of a credential store`, {
          hint: `Restore the file from a copy, or move it away and provision again.`,
        });
      }
      index.set(id, span);
    });
  }

  function writable(): number {
    if (fd === undefined || !write) throw new Error(`the credential store of ${dir} is not open for writing`);
    return fd;
  }

  const close = () => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
    lock?.release();
  };

  try {
    scan();
    if (write) trim(writable(), end);
  } catch (error) {
    close();
    throw error;
  }

  return {
    get size() {
      return index.size;
    },
    has: (deviceId) => index.has(deviceId),
    ids: () => index.keys(),
    close,

    get(deviceId) {
      const span = index.get(deviceId);
      if (span === undefined || fd === undefined) return undefined;
      return JSON.parse(readSpan(fd, span));
    },

    append(credentials) {
      const { deviceId } = credentials;
      if (index.has(deviceId)) throw new Error(`${deviceId} has its credentials already`);
      const line = Buffer.from(`${lineOf(credentials)}\n`);
      appendLine(writable(), line, file);
      index.set(deviceId, { offset: end, length: line.length - 1 });
      end += line.length;
    },

    remove(deviceIds) {
      const from = writable();
      const gone = new Set(deviceIds);
      const kept = function* () {
        for (const [id, span] of index) if (!gone.has(id)) yield readSpan(from, span);
      };
      replaceLines(file, kept());
      closeSync(from);
      fd = openPrivate(file, true);
      scan();
    },
  };
}

const FIRST_MEMBER = Buffer.from('{"deviceId":"');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** With the device's id first, so that opening need not parse the rest. */
function lineOf({ deviceId, ...rest }: DeviceCredentials): string {
  return JSON.stringify({ deviceId, ...rest });
}

function idOf(line: Buffer): string | undefined {
  const start = FIRST_MEMBER.length;
  if (!line.subarray(0, start).equals(FIRST_MEMBER)) return undefined;
  let end = line.indexOf(QUOTE, start);
  if (end < 0 || line[line.length - 1] !== 0x7d) return undefined;
  if (line.subarray(start, end).includes(BACKSLASH)) {
    while (end > 0 && escaped(line, end)) end = line.indexOf(QUOTE, end + 1);
    return end < 0 ? undefined : JSON.parse(line.toString('utf8', start - 1, end + 1));
  }
  return line.toString('utf8', start, end);
}

function escaped(line: Buffer, at: number): boolean {
  let backslashes = 0;
  while (line[at - 1 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}
