import { type Block, type BlockOptions, type DeviceCounts, newBlock } from './block.ts';
import { membersOf, openFleet } from './fleet-world.ts';
import type { BlockLines } from './lines.ts';

/** What one block has to say of one window. */
export interface BlockWindow {
  readonly block: number;
  readonly lines: BlockLines;
  readonly fixes: number;
  /** With the last window. */
  readonly counts?: DeviceCounts;
}

/** Of what a window may come to: lines in memory, and time in which a thread does not listen. */
const WINDOW_LINES = 16_000;
const WINDOW_AGENT_SECONDS = 400_000;

/** The last second of each window, ascending, up to the last of all. */
export function* windowEnds({ agents, seconds, every, windowSeconds }: BlockOptions): Generator<number> {
  const most = Math.min(WINDOW_LINES * every, WINDOW_AGENT_SECONDS) / agents;
  const length = windowSeconds ?? Math.max(1, Math.floor(most));
  for (let end = length; end < seconds; end += length) yield end;
  yield seconds;
}

/** Blocks of a fleet, by their numbers. @throws UsageError or SetupError where the map or the model is none. */
export async function openBlocks(options: BlockOptions, numbers: readonly number[]): Promise<Map<number, Block>> {
  const fleet = await openFleet(options);
  return new Map(numbers.map((block) => [block, newBlock(fleet.world, fleet.model, options, membersOf(block, fleet))]));
}

/** @param until one of `windowEnds` */
export function nextWindow(
  blocks: ReadonlyMap<number, Block>,
  until: number,
  { seconds }: BlockOptions,
): BlockWindow[] {
  return [...blocks].map(([block, of]) => {
    const window = { block, ...of.window(until) };
    return until < seconds ? window : { ...window, counts: of.counts() };
  });
}
