/**
 * Where a target's capacity ends: the load is raised step by step until it is too much, then the gap between the last
 * that was kept and the first that was not is halved, on a scale of ratios, until it is narrow enough.
 *
 *     load  ▲            ✗ 800
 *           │              ╲    ✗ 566   ✗ 476 ✗ 436
 *           │        ✓ 400 ┈┈╲┈┈╱┈┈╲┈┈╱┈┈╱┈✓ 424   the knee lies between 424 and 436
 *           │     ✓ 200
 *           │ ✓ 100
 *           └────────────────────────────────▶ steps
 */

/** What one step says of its load; `saturated`: nothing, as the generator itself could not keep up. */
export type Verdict = 'kept' | 'broken' | 'saturated';

export interface SearchRequest {
  /** The first load, … */
  readonly from: number;
  /** … each time so many times as much, … */
  readonly factor: number;
  /** … up to this. */
  readonly to: number;
  /** How far apart the two ends of the answer may be, as a part of the lower: 0.05 is 5 %. */
  readonly precision: number;
  /** Steps of one load, of which more than half must agree; one that stays unlucky alone decides nothing. */
  readonly repeat: number;
  /** The least load worth trying; by default 1. */
  readonly least?: number;
  /** Loads are whole numbers: devices. */
  readonly whole?: boolean;
}

/**
 * `knee`: kept at `kept`, broken at `over`. `none`: kept up to `to`. `below`: broken at the least. `generator`: beyond
 * `kept` the generator could not keep up, so that nothing is known of the target there.
 */
export interface Knee {
  readonly kind: 'knee' | 'none' | 'below' | 'generator';
  /** The highest load that was kept; absent where none was. */
  readonly kept?: number;
  /** The lowest that was not. */
  readonly over?: number;
}

/** One step at that load; undefined: the search shall end. */
export type Measure = (load: number) => Promise<Verdict | undefined>;

/** @returns what is known where it was ended, `undefined` where that is nothing */
export async function findKnee(request: SearchRequest, measure: Measure): Promise<Knee | undefined> {
  const needed = Math.floor(request.repeat / 2) + 1;
  const votes = new Map<number, Verdict[]>();
  /** Loads kept, ascending; of the raise, with a single step so far. */
  const kept: number[] = [];
  let high: { readonly load: number; readonly verdict: Verdict } | undefined;

  /** The first verdict that enough steps agree on. */
  async function decide(load: number, keptNeeds: number): Promise<Verdict | undefined> {
    const cast = votes.get(load) ?? [];
    votes.set(load, cast);
    for (;;) {
      for (const verdict of ['kept', 'broken', 'saturated'] as const)
        if (cast.filter((vote) => vote === verdict).length >= (verdict === 'kept' ? keptNeeds : needed)) return verdict;
      const vote = await measure(load);
      if (vote === undefined) return undefined;
      cast.push(vote);
    }
  }

  for (;;) {
    const low = kept.at(-1);
    const next = nextLoad(request, low, high?.load);
    if (next === undefined && low === undefined) return kneeOf(low, high);
    // While it is far from the knee, one step that keeps is enough; where it ends, as many as elsewhere are asked.
    const raising = high === undefined && next !== undefined;
    const load = next ?? low!;
    const verdict = await decide(load, raising ? 1 : needed);
    if (verdict === undefined) return low === undefined && high === undefined ? undefined : kneeOf(low, high);
    if (verdict !== 'kept') {
      high = { load, verdict };
      if (load === low) kept.pop();
    } else if (next === undefined) return kneeOf(low, high);
    else kept.push(load);
  }
}

function nextLoad(
  { from, to, factor, precision, least = 1, whole = false }: SearchRequest,
  low: number | undefined,
  high: number | undefined,
): number | undefined {
  if (high === undefined) {
    if (low === undefined) return from;
    return low < to ? Math.min(Math.max(rounded(low * factor, whole), whole ? low + 1 : 0), to) : undefined;
  }
  if (low === undefined) {
    const lower = rounded(high / factor, whole);
    return lower >= least && lower < high ? lower : undefined;
  }
  if (high <= low * (1 + precision)) return undefined;
  const middle = rounded(Math.sqrt(low * high), whole);
  return middle > low && middle < high ? middle : undefined;
}

/** Four digits say more than a step can. */
function rounded(load: number, whole: boolean): number {
  return whole ? Math.round(load) : Number(load.toPrecision(4));
}

function kneeOf(low: number | undefined, high: { load: number; verdict: Verdict } | undefined): Knee {
  const kept = low === undefined ? {} : { kept: low };
  if (high === undefined) return { kind: 'none', ...kept };
  if (high.verdict === 'saturated') return { kind: 'generator', ...kept, over: high.load };
  return { kind: low === undefined ? 'below' : 'knee', ...kept, over: high.load };
}
