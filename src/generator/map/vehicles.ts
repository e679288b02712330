import { carPassage, stopsCars } from './car-roads.ts';
import type { Passage, Tags } from './read-tags.ts';

/** What a kind of vehicle may do on the roads. */
export interface Vehicle {
  passage(tags: Tags): Passage | undefined;
  /** Whether it cannot go through a node. */
  isStopped(tags: Tags): boolean;
}

export const VEHICLES = {
  car: { passage: carPassage, isStopped: stopsCars },
} as const satisfies Record<string, Vehicle>;
