/** One tracker: what it does with an update, and what it knows of a device. */
import { type Fixed, type PositionFiltering, passes } from './filter.ts';
import { NO_JOURNAL, type PositionJournal, type SavedTracker } from './journal.ts';
import { NONE, Positions, type StoredPosition } from './positions.ts';

export interface Update extends Fixed {
  readonly deviceId: string;
  readonly properties?: Readonly<Record<string, string>>;
}

/** Where AWS's behaviour is not known for sure, or not wanted. */
export interface WriteRules {
  /** Refuse what is older than the newest stored position (measured by the 2022 project, section 4.4). */
  readonly rejectOlder: boolean;
  /** Refuse sample times that lie ahead; what AWS does with them is not documented. */
  readonly rejectFuture: boolean;
}

export const WRITE_RULES: WriteRules = { rejectOlder: true, rejectFuture: false };

/** `repeated`: its sample time is stored already. Neither that nor `filtered` is an error. */
export type Outcome = 'stored' | 'filtered' | 'repeated' | { readonly refused: string };

const DAY_MS = 86_400_000;
/** Positions are kept for 30 days of sample time. */
export const RETENTION_MS = 30 * DAY_MS;

/** Texts: latitude as probed on the live service, "older" as the 2022 project saw it; the others are ours. */
const LATITUDE = { refused: 'latitude must be between -90 and 90 degrees' };
const LONGITUDE = { refused: 'longitude must be between -180 and 180 degrees' };
const OLDER = { refused: 'timestamps older than already stored not allowed' };
const TOO_OLD = { refused: 'timestamps older than 30 days not allowed' };
const FUTURE = { refused: 'timestamps in the future not allowed' };

export class TrackerPositions {
  readonly #positions = new Positions();
  readonly #rules: WriteRules;
  readonly #journal: PositionJournal;

  constructor(rules: WriteRules, journal: PositionJournal = NO_JOURNAL.positions(0)) {
    this.#rules = rules;
    this.#journal = journal;
  }

  /** Puts back what was written down: no filter, and nothing is written down again. */
  restore(deviceIds: readonly string[], positions: SavedTracker['positions']): void {
    for (const id of deviceIds) this.#positions.numberFor(id);
    for (const [device, stored] of positions) this.#positions.add(deviceIds[device]!, stored);
  }

  /** Applies one entry of a batch. `now` is the service's clock, epoch ms. */
  write(update: Update, filtering: PositionFiltering, now: number): Outcome {
    const [longitude, latitude] = update.position;
    if (!(Math.abs(latitude) <= 90)) return LATITUDE;
    if (!(Math.abs(longitude) <= 180)) return LONGITUDE;
    if (update.sampleTime < now - RETENTION_MS) return TOO_OLD;
    if (this.#rules.rejectFuture && update.sampleTime > now) return FUTURE;

    const { deviceId, sampleTime } = update;
    const device = this.#positions.numberOf(deviceId);
    const newest = this.#positions.newestRow(device);
    if (newest !== NONE) {
      const latest = this.#positions.at(newest);
      if (sampleTime === latest.sampleTime) return 'repeated';
      if (sampleTime > latest.sampleTime) {
        if (!passes(filtering, latest, update)) return 'filtered';
      } else if (this.#rules.rejectOlder) return OLDER;
      else if (this.#positions.has(device, sampleTime)) return 'repeated';
    }
    const stored = { ...update, receivedTime: now };
    const number = this.#positions.add(deviceId, stored);
    this.#journal.stored(number, device === NONE ? deviceId : undefined, stored);
    return 'stored';
  }

  latest(deviceId: string, now: number): StoredPosition | undefined {
    return this.#latestOf(this.#positions.numberOf(deviceId), now);
  }

  /** With `from <= sampleTime < to`, ascending, at most `limit`. */
  history(deviceId: string, from: number, to: number, limit: number, now: number): StoredPosition[] {
    const device = this.#positions.numberOf(deviceId);
    return this.#positions
      .window(device, Math.max(from, now - RETENTION_MS), to, limit)
      .map((row) => this.#positions.at(row));
  }

  /**
   * Devices with their newest position, from device number `from` on, in the order in which they were first seen.
   * `next` is where to go on, absent at the end.
   */
  list(
    from: number,
    limit: number,
    now: number,
    wanted: (stored: StoredPosition) => boolean = () => true,
  ): { entries: [deviceId: string, latest: StoredPosition][]; next?: number } {
    const entries: [string, StoredPosition][] = [];
    for (let device = from; device < this.#positions.devices; device++) {
      const latest = this.#latestOf(device, now);
      if (latest === undefined || !wanted(latest)) continue;
      if (entries.length === limit) return { entries, next: device };
      entries.push([this.#positions.idOf(device), latest]);
    }
    return { entries };
  }

  forget(deviceId: string): void {
    const device = this.#positions.numberOf(deviceId);
    this.#positions.forget(device, (sampleTime) => this.#journal.removed(device, sampleTime));
  }

  /**
   * Drops what nobody can ask for any more, of up to `limit` devices from device number `from` on.
   * @returns the number to go on from, undefined at the end.
   */
  expire(from: number, limit: number, now: number): number | undefined {
    const end = Math.min(from + limit, this.#positions.devices);
    for (let device = from; device < end; device++)
      this.#positions.forgetBefore(device, now - RETENTION_MS, (sampleTime) =>
        this.#journal.removed(device, sampleTime),
      );
    return end < this.#positions.devices ? end : undefined;
  }

  #latestOf(device: number, now: number): StoredPosition | undefined {
    const row = this.#positions.newestRow(device);
    return row === NONE || this.#positions.sampleTime(row) < now - RETENTION_MS ? undefined : this.#positions.at(row);
  }
}
