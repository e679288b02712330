import { scoreOfLine } from '../demand-tags.ts';
import { type Growing, growing } from '../growing.ts';
import type { Passage } from '../read-tags.ts';
import type { Vehicle } from '../vehicles.ts';
import type { Visitor } from './elements.ts';
import { type Restriction, restrictionOf } from './restrictions.ts';

/** Rows of node ids: those of row r are ref[first[r]] … ref[first[r + 1] - 1], where there is a next row. */
interface Refs {
  readonly first: Growing<Uint32Array>;
  readonly ref: Growing<Float64Array>;
}

/** What the ways and relations of a map file say of roads and of demand, before the nodes are known. */
export interface Ways {
  readonly roads: Refs & { readonly id: Growing<Float64Array>; readonly passage: Passage[] };
  /** Buildings, amenities and residential roads, and what each scores. */
  readonly wanted: Refs & { readonly score: Growing<Float64Array> };
  readonly restrictions: Restriction[];
}

const KEYS = new Set(['highway', 'building', 'amenity']);

/** Gathers the ways of blocks that are visited with it. */
export function gatherWays(vehicle: Vehicle): { ways: Ways; visitor: Visitor } {
  const refs = () => ({ first: growing(Uint32Array), ref: growing(Float64Array) });
  const ways: Ways = {
    roads: { ...refs(), id: growing(Float64Array), passage: [] },
    wanted: { ...refs(), score: growing(Float64Array) },
    restrictions: [],
  };
  const add = ({ first, ref }: Refs, row: Float64Array) => {
    first.push(ref.length);
    for (const one of row) ref.push(one);
  };
  const same = sharedPassages();
  const visitor: Visitor = {
    isWanted: (key) => KEYS.has(key),
    way(id, tags, row) {
      const passage = tags.highway === undefined ? undefined : vehicle.passage(tags);
      if (passage) {
        add(ways.roads, row);
        ways.roads.id.push(id);
        ways.roads.passage.push(same(passage));
      }
      const score = scoreOfLine(tags);
      if (score > 0) {
        add(ways.wanted, row);
        ways.wanted.score.push(score);
      }
    },
    relation(tags, members) {
      const restriction = restrictionOf(tags, members, vehicle);
      if (restriction) ways.restrictions.push(restriction);
    },
  };
  return { ways, visitor };
}

/** Roads are many and kinds of them few: one object for each. */
function sharedPassages(): (passage: Passage) => Passage {
  const known = new Map<string, Passage>();
  return (passage) => {
    const key = Object.values(passage).join();
    const same = known.get(key) ?? passage;
    known.set(key, same);
    return same;
  };
}
