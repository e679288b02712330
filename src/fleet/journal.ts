/**
 * What provisioning and removing are in the middle of, in `journal.ndjson` beside the credentials: a device's private
 * key is there before the call that certifies it, its certificate before it is attached, its id before it is removed.
 * After SIGKILL at any point the next run finds every key again, and with it every certificate that AWS may have made.
 */
import { closeSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { appendLine, openPrivate, replaceLines, scanLines, trim } from './appended-lines.ts';

export interface MadeCertificate {
  readonly certificateId: string;
  readonly certificateArn: string;
  readonly certificatePem: string;
}

/** A device that has begun and not ended. Without `certificate`, whether AWS has made one is not known. */
export interface Pending {
  readonly deviceId: string;
  /** Epoch ms: when its key was made. */
  readonly at: number;
  readonly privateKeyPem: string;
  readonly certificate?: MadeCertificate;
}

export interface Journal {
  readonly pending: ReadonlyMap<string, Pending>;
  /** Devices of the credential store that are being removed, or are removed already. */
  readonly leaving: ReadonlySet<string>;
  keyMade(pending: Pending): void;
  certified(deviceId: string, certificate: MadeCertificate): void;
  /** The device is done, and no affair of the journal's any more. */
  settled(deviceId: string): void;
  /** The device of the credential store is about to be removed. */
  removing(deviceId: string): void;
  /** They have left the credential store. */
  removed(deviceIds: Iterable<string>): void;
  /** Nothing of what is in the middle matters any more. */
  forget(): void;
  /** Leaves nothing behind where nothing is in the middle. */
  close(): void;
}

type Line =
  | { begun: Pending }
  | { certified: MadeCertificate; deviceId: string }
  | { settled: string }
  | { removing: string };

/** The file is written anew after this many lines that no longer matter. */
const TIDY_AFTER = 2000;

/** Opens the journal of `dir`, whose writer lock the caller holds. */
export function openJournal(dir: string): Journal {
  const file = join(dir, 'journal.ndjson');
  const pending = new Map<string, Pending>();
  const leaving = new Set<string>();
  let fd = openPrivate(file, true)!;
  let stale = 0;

  const apply = (line: Line) => {
    if ('begun' in line) pending.set(line.begun.deviceId, line.begun);
    else if ('settled' in line) pending.delete(line.settled);
    else if ('removing' in line) leaving.add(line.removing);
    else {
      const begun = pending.get(line.deviceId);
      if (begun) pending.set(line.deviceId, { ...begun, certificate: line.certified });
    }
  };
  trim(
    fd,
    scanLines(fd, (line) => apply(JSON.parse(line.toString()))),
  );

  const record = (line: Line) => {
    appendLine(fd, Buffer.from(`${JSON.stringify(line)}\n`), file);
    apply(line);
    if ('settled' in line && ++stale >= TIDY_AFTER) tidy();
  };

  function tidy(): void {
    stale = 0;
    const lines: Line[] = [
      ...[...pending.values()].map((begun) => ({ begun })),
      ...[...leaving].map((removing) => ({ removing })),
    ];
    replaceLines(
      file,
      lines.map((line) => JSON.stringify(line)),
    );
    closeSync(fd);
    fd = openPrivate(file, true)!;
  }

  return {
    pending,
    leaving,
    keyMade: (begun) => record({ begun }),
    certified: (deviceId, certified) => record({ deviceId, certified }),
    settled: (deviceId) => record({ settled: deviceId }),
    removing: (deviceId) => record({ removing: deviceId }),
    removed(deviceIds) {
      for (const id of deviceIds) leaving.delete(id);
      tidy();
    },
    forget() {
      pending.clear();
      leaving.clear();
      tidy();
    },
    close() {
      closeSync(fd);
      if (pending.size === 0 && leaving.size === 0) rmSync(file, { force: true });
    },
  };
}
