import { bikePassage, stopsBikes } from './bike-roads.ts';
import { carPassage, stopsCars } from './car-roads.ts';
import type { Passage, Tags } from './read-tags.ts';

/** What a kind of vehicle may do on the roads. */
export interface Vehicle {
  passage(tags: Tags): Passage | undefined;
  /** Whether it cannot go through a node. */
  isStopped(tags: Tags): boolean;
  /** Its names in OpenStreetMap, the closest first. */
  readonly modes: readonly string[];
}

export const VEHICLES = {
  car: { passage: carPassage, isStopped: stopsCars, modes: ['motorcar', 'motor_vehicle', 'vehicle'] },
  bike: { passage: bikePassage, isStopped: stopsBikes, modes: ['bicycle', 'vehicle'] },
} as const satisfies Record<string, Vehicle>;

export type VehicleName = keyof typeof VEHICLES;
