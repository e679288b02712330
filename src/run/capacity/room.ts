/** How far a search can go from this machine, known before its first step. */
import { SetupError } from '../../errors.ts';
import { lacksOf, mostDevices, type Room, sentence, tooMany } from '../connection-room.ts';
import type { SearchRequest } from './search.ts';

/** The search ends before the load that was asked for, as this machine cannot connect more devices. */
export interface Bound {
  /** Devices that were asked for, … */
  readonly asked: number;
  /** … and that there is room for. */
  readonly devices: number;
  readonly why: string;
  readonly remedy: string;
}

/**
 * @returns undefined where there is room for all of them
 * @throws SetupError where there is none for the first load
 */
export function boundOf({ from, to }: SearchRequest, room: Room): Bound | undefined {
  const { lacks, remedies } = lacksOf(to, room);
  if (lacks.length === 0) return undefined;
  const bound = { asked: to, devices: mostDevices(room), why: tooMany(to, lacks), remedy: sentence(remedies) };
  if (bound.devices >= from) return bound;
  const first = lacksOf(from, room);
  const lower = bound.devices >= 1 ? [`or begin lower (--from ${bound.devices} at most)`] : [];
  throw new SetupError(tooMany(from, first.lacks), { hint: sentence([...first.remedies, ...lower]) });
}

/** For a fleet that is as large as it will be: @throws SetupError */
export function checkAgents(agents: number, room: Room): void {
  const { lacks, remedies } = lacksOf(agents, room);
  if (lacks.length === 0) return;
  const fewer = mostDevices(room) >= 1 ? [`or have fewer devices (--agents ${mostDevices(room)} at most)`] : [];
  throw new SetupError(tooMany(agents, lacks), { hint: sentence([...remedies, ...fewer]) });
}
