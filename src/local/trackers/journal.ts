/** Where trackers write down what they hold, so that it outlives the process. */
import type { PositionFiltering } from './filter.ts';
import type { StoredPosition } from './positions.ts';

/** A tracker without its positions. */
export interface TrackerRecord {
  readonly name: string;
  /** Never used again, so that a tracker of the same name does not get the positions of one that was deleted. */
  readonly generation: number;
  /** Epoch ms. */
  readonly createTime: number;
  readonly updateTime: number;
  readonly description: string;
  readonly filtering: PositionFiltering;
  readonly eventBridgeEnabled: boolean;
  readonly kmsKeyId?: string | undefined;
  readonly geospatialQueries?: boolean | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly consumers: readonly string[];
}

/** The positions of one tracker; its devices go by the numbers that `Positions` gives them. */
export interface PositionJournal {
  /** `newId`: the device's id, where this is the first time that its number is used. */
  stored(device: number, newId: string | undefined, position: StoredPosition): void;
  removed(device: number, sampleTime: number): void;
}

export interface SavedTracker {
  readonly record: TrackerRecord;
  /** In the order of their numbers. */
  readonly deviceIds: readonly string[];
  /** By device, and by sample time within each. */
  readonly positions: Iterable<readonly [device: number, position: StoredPosition]>;
}

export interface TrackerJournal {
  /** A generation that was never used. */
  newGeneration(): number;
  save(record: TrackerRecord): void;
  delete(generation: number): void;
  positions(generation: number): PositionJournal;
}

const NO_POSITIONS: PositionJournal = { stored() {}, removed() {} };

/** For trackers that end with the process. */
export const NO_JOURNAL: TrackerJournal = {
  newGeneration: () => 0,
  save() {},
  delete() {},
  positions: () => NO_POSITIONS,
};
