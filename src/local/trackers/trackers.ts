/** The account's trackers: the resources themselves, their tags and their geofence consumers. In memory. */
import { invalid, LocationError, trackerNotFound } from './errors.ts';
import type { PositionFiltering } from './filter.ts';
import { TrackerPositions, type Update, WRITE_RULES, type WriteRules } from './tracker.ts';

export interface Tracker {
  readonly name: string;
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
}

/** Quotas "Tracker resources per account" and "Tracker consumers per tracker". */
const MAX_TRACKERS = 500;
const MAX_CONSUMERS = 5;
const MAX_TAGS = 50;

export class Trackers {
  readonly now: () => number;
  readonly onPosition: (event: PositionEvent) => void;
  readonly #byName = new Map<string, Tracker>();
  readonly #arnPrefix: string;
  readonly #rules: WriteRules;

  constructor({ region, accountId, now, rules = WRITE_RULES, onPosition = () => {} }: TrackersOptions) {
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
    const tracker: Tracker = {
      name,
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
      positions: new TrackerPositions(this.#rules),
      ...settings,
    };
    this.#byName.set(name, tracker);
    return tracker;
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
    this.tracker(name);
    this.#byName.delete(name);
  }

  all(): Tracker[] {
    return [...this.#byName.values()];
  }

  tag(tracker: Tracker, tags: Readonly<Record<string, string>>): void {
    const names = new Set([...tracker.tags.keys(), ...Object.keys(tags)]);
    if (names.size > MAX_TAGS) throw invalid(`A resource has at most ${MAX_TAGS} tags`);
    for (const [key, value] of Object.entries(tags)) tracker.tags.set(key, value);
  }

  addConsumer(tracker: Tracker, arn: string): void {
    if (tracker.consumers.has(arn)) throw new LocationError('ConflictException', `Already associated: ${arn}.`);
    if (tracker.consumers.size >= MAX_CONSUMERS)
      throw new LocationError('ServiceQuotaExceededException', `A tracker has at most ${MAX_CONSUMERS} consumers`);
    tracker.consumers.add(arn);
  }
}
