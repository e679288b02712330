import type { AgentEvents, ChangeReason, ChangeType, Vertices } from './agent.ts';
import { newError, type PositionError } from './gps.ts';
import type { Journey } from './journey.ts';

export type Change = readonly [ChangeType, ChangeReason];

/** Tells of an agent's legs in trip-simulator's terms; times in seconds since the simulation began. */
export interface JourneyEvents {
  change(second: number, change: Change, at: { lon: number; lat: number }): void;
  departure(second: number, journey: Journey): void;
  /** @param began when the journey did */
  arrival(began: number, journey: Journey): void;
}

/** @param start epoch ms. Nothing is computed for what nobody listens to, and what is told moves no fix. */
export function journeyEvents(start: number, seed: number, index: number, events: AgentEvents): JourneyEvents {
  // Made when it is first wanted: most fleets have no listener, and a large one much to hold in memory.
  let made: PositionError | undefined;
  const errorNow = () => {
    made ??= newError(seed, index, 'events');
    return made;
  };
  /** The step of trip-simulator's clock in which something happens. */
  const step = (second: number) => Math.max(1, Math.ceil(second));

  function asReceived({ lon, lat }: Vertices, times: Float64Array): Vertices {
    const received = { lon: new Float64Array(lon.length), lat: new Float64Array(lat.length) };
    const error = errorNow();
    let before = times[0] ?? 0;
    for (let i = 0; i < lon.length; i++) {
      error.pass(times[i]! - before);
      before = times[i]!;
      error.put(lon[i]!, lat[i]!);
      received.lon[i] = error.lon;
      received.lat[i] = error.lat;
    }
    return received;
  }

  return {
    change(second, [type, reason], { lon, lat }) {
      if (!events.change) return;
      const error = errorNow();
      error.put(lon, lat);
      events.change(step(second), type, reason, error.lon, error.lat);
    },
    departure(second, journey) {
      if (events.leg) events.leg(step(second), journey.metres / 1000, asReceived(journey, journey.times()));
    },
    arrival(began, journey) {
      if (!events.trip) return;
      const { metres, seconds } = journey;
      const startTime = Math.round(start + began * 1000);
      const times = journey.times();
      events.trip(step(began + seconds), {
        ...asReceived(journey, times),
        startTime,
        endTime: startTime + seconds * 1000,
        seconds,
        metres,
        times: times.map((time) => startTime + time * 1000),
      });
    },
  };
}
