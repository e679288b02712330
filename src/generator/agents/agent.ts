import type { World } from '../world.ts';

/**
 * What an agent's receiver says. One object per agent, overwritten by every call: take what you need before the next.
 */
export interface AgentState {
  /** WGS84 degrees, with the receiver's error. */
  lon: number;
  lat: number;
  /** As in probe files: `idling`, `searching`, `traveling`, `broken`, … */
  status: string;
  /** Metres per second. */
  speed: number;
  /** Degrees clockwise from north, 0 … 360; NaN where unknown. */
  heading: number;
  /** Metres; NaN where unknown. */
  accuracy: number;
  /** No fix now: the receiver has lost its satellites, or the vehicle is out of service. */
  silent: boolean;
}

/** One vehicle. */
export interface Agent {
  /**
   * @param second whole seconds since the simulation began, from 1; never less than in the call before.
   * Calls may skip seconds, and what was skipped changes nothing; events of skipped seconds are told all the same.
   */
  at(second: number): AgentState;
}

/**
 * MDS status changes: those that trip-simulator writes, `service_end`, which it means to, and the one by which MDS 0.3
 * has a vehicle come back from repair.
 */
export type ChangeType = 'available' | 'reserved' | 'unavailable';
export type ChangeReason =
  | 'service_start'
  | 'user_pick_up'
  | 'user_drop_off'
  | 'maintenance'
  | 'maintenance_drop_off'
  | 'service_end';

/** The vertices of a way in the order of driving, WGS84 degrees, with the receiver's error. */
export interface Vertices {
  readonly lon: Float64Array;
  readonly lat: Float64Array;
}

/** A trip that is over. */
export interface Trip extends Vertices {
  /** Whole epoch ms. */
  readonly startTime: number;
  /** Epoch ms, with fractions: `startTime` + 1000 × `seconds`. */
  readonly endTime: number;
  readonly seconds: number;
  /** Along the road, without the receiver's error. */
  readonly metres: number;
  /** When the vehicle was at each vertex, epoch ms. */
  readonly times: Float64Array;
}

/**
 * Told as they happen, in the order in which trip-simulator would write them; `second` is that of the step in which they
 * happen, and never lies after the one asked for. Listen to what is wanted only: vertices cost noise, noise costs time.
 */
export interface AgentEvents {
  change?(second: number, type: ChangeType, reason: ChangeReason, lon: number, lat: number): void;
  /** A way was chosen, of so many kilometres, to look for a passenger or with one. */
  leg?(second: number, km: number, vertices: Vertices): void;
  trip?(second: number, trip: Trip): void;
}

export interface AgentModel {
  readonly name: 'compat' | 'realistic' | 'delivery';
  /** An agent that depends on nothing but what is given here. @param index its place in the fleet, from 0 */
  newAgent(world: World, seed: number, index: number, id: string, events?: AgentEvents): Agent;
}
