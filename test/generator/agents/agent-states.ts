import type { Agent, AgentState } from '../../../src/generator/agents/agent.ts';
import { METRES_PER_DEGREE } from '../../../src/generator/map/distance.ts';

/** What an agent says every `every` seconds, from second 1 on. */
export function statesOf(agent: Agent, seconds: number, every = 1): AgentState[] {
  return Array.from({ length: Math.ceil(seconds / every) }, (_, i) => ({ ...agent.at(1 + i * every) }));
}

export function metresApart(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const east = (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(east, a.lat - b.lat) * METRES_PER_DEGREE;
}

/** Statuses in the order in which they follow each other, with how many states each lasts. */
export function spellsOf(states: readonly AgentState[]): { status: string; from: number; length: number }[] {
  const spells: { status: string; from: number; length: number }[] = [];
  for (const [i, { status }] of states.entries()) {
    const last = spells.at(-1);
    if (last?.status === status) last.length++;
    else spells.push({ status, from: i, length: 1 });
  }
  return spells;
}
