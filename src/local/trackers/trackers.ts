/** The account's trackers: the resources themselves, their tags and their geofence consumers. In memory; a journal may keep them. */
import { setImmediate } from 'node:timers/promises';
import { invalid, LocationError, trackerNotFound } from './errors.ts';
import type { PositionFiltering } from './filter.ts';
import { NO_JOURNAL, type SavedTracker, type TrackerJournal, type TrackerRecord } from './journal.ts';
import { TrackerPositions, type Update, WRITE_RULES, type WriteRules } from './tracker.ts';

export interface Tracker {
  readonly name: string;
  readonly generation: number;
  readonly arn: string;
  readonly createTime: number;
  updateTime: number;
  description: string;
  filtering: PositionFiltering;
  eventBridgeEnabled: boolean;
  kmsKeyId: string | undefined;
  geospatialQueries: boolean | undefined;
  readonly tags: Map<string, string>;
  readonly consumers: Set<string>;
  readonly positions: TrackerPositions;
}

/** An update that passed the filter. */
export interface PositionEvent {
  readonly tracker: Tracker;
  readonly update: Update;
  readonly receivedTime: number;
}

export interface TrackersOptions {
  readonly region: string;
  readonly accountId: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly rules?: WriteRules;
  readonly onPosition?: (event: PositionEvent) => void;
  readonly journal?: TrackerJournal;
}

/** Quotas "Tracker resources per account" and "Tracker consumers per tracker". */
const MAX_TRACKERS = 500;
const MAX_CONSUMERS = 5;
const MAX_TAGS = 50;
const DEVICES_A_TURN = 5000;

export class Trackers {
  readonly now: () => number;
  readonly onPosition: (event: PositionEvent) => void;
  readonly #byName = new Map<string, Tracker>();
  readonly #arnPrefix: string;
  readonly #rules: WriteRules;
  readonly #journal: TrackerJournal;

  constructor(options: TrackersOptions) {
    const { region, accountId, now, rules = WRITE_RULES, onPosition = () => {}, journal = NO_JOURNAL } = options;
    this.#journal = journal;
    this.now = now;
    this.onPosition = onPosition;
    this.#arnPrefix = `arn:aws:geo:${region}:${accountId}:tracker/`;
    this.#rules = rules;
  }

  create(
    name: string,
    settings: Partial<
      Pick<Tracker, 'description' | 'filtering' | 'eventBridgeEnabled' | 'kmsKeyId' | 'geospatialQueries'>
    > = {},
  ): Tracker {
    if (this.#byName.has(name)) throw new LocationError('ConflictException', `Tracker already exists: ${name}.`);
    if (this.#byName.size >= MAX_TRACKERS)
      throw new LocationError('ServiceQuotaExceededException', `An account has at most ${MAX_TRACKERS} trackers`);
    const createTime = this.now();
    const generation = this.#journal.newGeneration();
    const tracker: Tracker = {
      name,
      generation,
      arn: this.#arnPrefix + name,
      createTime,
      updateTime: createTime,
      description: '',
      filtering: 'TimeBased',
      eventBridgeEnabled: false,
      kmsKeyId: undefined,
      geospatialQueries: undefined,
      tags: new Map(),
      consumers: new Set(),
      positions: new TrackerPositions(this.#rules, this.#journal.positions(generation)),
      ...settings,
    };
    this.#byName.set(name, tracker);
    this.changed(tracker);
    return tracker;
  }

  /** Puts back what a journal holds. */
  restore({ record, deviceIds, positions: saved }: SavedTracker): void {
    const { tags, consumers, kmsKeyId, geospatialQueries, ...settings } = record;
    const positions = new TrackerPositions(this.#rules, this.#journal.positions(record.generation));
    positions.restore(deviceIds, saved);
    this.#byName.set(record.name, {
      ...settings,
      kmsKeyId,
      geospatialQueries,
      arn: this.#arnPrefix + record.name,
      tags: new Map(Object.entries(tags)),
      consumers: new Set(consumers),
      positions,
    });
  }

  /** To be called whenever something about a tracker was changed, but its positions. */
  changed({ positions: _, arn: __, tags, consumers, ...settings }: Tracker): void {
    const record: TrackerRecord = { ...settings, tags: Object.fromEntries(tags), consumers: [...consumers] };
    this.#journal.save(record);
  }

  find(name: string): Tracker | undefined {
    return this.#byName.get(name);
  }

  /** @throws LocationError where there is none of that name. */
  tracker(name: string): Tracker {
    const tracker = this.#byName.get(name);
    if (!tracker) throw trackerNotFound(name);
    return tracker;
  }

  byArn(arn: string): Tracker {
    if (arn.startsWith(this.#arnPrefix)) return this.tracker(arn.slice(this.#arnPrefix.length));
    throw new LocationError('ResourceNotFoundException', `Resource not found: ${arn}.`);
  }

  delete(name: string): void {
    const { generation } = this.tracker(name);
    this.#byName.delete(name);
    this.#journal.delete(generation);
  }

  all(): Tracker[] {
    return [...this.#byName.values()];
  }

  /** Drops the positions that nobody can ask for any more, some devices a turn. */
  async expire(): Promise<void> {
    for (const { positions } of this.all()) {
      for (let from: number | undefined = 0; from !== undefined; await setImmediate())
        from = positions.expire(from, DEVICES_A_TURN, this.now());
    }
  }

  tag(tracker: Tracker, tags: Readonly<Record<string, string>>): void {
    const names = new Set([...tracker.tags.keys(), ...Object.keys(tags)]);
    if (names.size > MAX_TAGS) throw invalid(`A resource has at most ${MAX_TAGS} tags`);
    for (const [key, value] of Object.entries(tags)) tracker.tags.set(key, value);
    this.changed(tracker);
  }

  addConsumer(tracker: Tracker, arn: string): void {
    if (tracker.consumers.has(arn)) throw new LocationError('ConflictException', `Already associated: ${arn}.`);
    if (tracker.consumers.size >= MAX_CONSUMERS)
      throw new LocationError('ServiceQuotaExceededException', `A tracker has at most ${MAX_CONSUMERS} consumers`);
    tracker.consumers.add(arn);
    this.changed(tracker);
  }
}
