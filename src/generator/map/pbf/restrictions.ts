import type { Tags } from '../read-tags.ts';
import type { Vehicle } from '../vehicles.ts';
import type { Member } from './elements.ts';

/** A turn restriction by OpenStreetMap's ids. */
export interface Restriction {
  readonly from: readonly number[];
  /** A node. Restrictions by way of other ways are passed over. */
  readonly via: number;
  readonly to: readonly number[];
  readonly only: boolean;
}

/** Most have one way of each; "no_entry" and "no_exit" have a few. */
const MOST_PAIRS = 100;

/** Undefined where a relation is none, or not one for the vehicle. */
export function restrictionOf(tags: Tags, members: readonly Member[], { modes }: Vehicle): Restriction | undefined {
  if (tags.type !== 'restriction') return undefined;
  const excepted = String(tags.except ?? '').split(/\s*;\s*/);
  const word = [...modes.map((mode) => tags[`restriction:${mode}`]), tags.restriction].find((tag) => tag !== undefined);
  const [, kind] = /^(no|only)_/.exec(String(word)) ?? [];
  if (kind === undefined || excepted.some((mode) => modes.includes(mode))) return undefined;
  const those = (role: string, of: Member['kind']) =>
    members.filter((member) => member.role === role && member.kind === of).map(({ id }) => id);
  const [from, [via], to] = [those('from', 'way'), those('via', 'node'), those('to', 'way')];
  if (via === undefined || from.length * to.length > MOST_PAIRS) return undefined;
  return { from, via, to, only: kind === 'only' };
}
