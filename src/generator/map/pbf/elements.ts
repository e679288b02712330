import { PbfReader } from 'pbf';
import type { Tags } from '../read-tags.ts';
import type { Block } from './block.ts';
import { Damage } from './damage.ts';
import { endOf, type Packed, packed } from './fields.ts';

/** What a group holds: fields of the PrimitiveGroup message. */
const KIND = { node: 1, dense: 2, way: 3, relation: 4 } as const;

/** What is wanted of a block; what no function is given for is passed over. */
export interface Visitor {
  node?(id: number, lon: number, lat: number, tags: Tags | undefined): void;
  /** Which tags make a way worth the reading of its nodes. */
  isWanted?(key: string): boolean;
  way?(id: number, tags: Tags, refs: Float64Array): void;
  relation?(tags: Tags, members: readonly Member[]): void;
}

export interface Member {
  readonly kind: 'node' | 'way' | 'relation';
  readonly id: number;
  readonly role: string;
}

/** @returns whether there are nodes in the block. */
export function visit(block: Block, visitor: Visitor): boolean {
  let anyNodes = false;
  for (const group of block.groups) {
    const pbf = new PbfReader(group);
    for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
      if (field === KIND.node || field === KIND.dense) anyNodes = true;
      if (field === KIND.node && visitor.node) readNode(pbf, endOf(pbf), block, visitor.node);
      else if (field === KIND.dense && visitor.node) readDense(pbf, endOf(pbf), block, visitor.node);
      else if (field === KIND.way && visitor.way) readWay(pbf, endOf(pbf), block, visitor);
      else if (field === KIND.relation && visitor.relation) readRelation(pbf, endOf(pbf), block, visitor.relation);
    }
  }
  return anyNodes;
}

/** Calls `each` for every field up to `end`, and leaves the reader there. */
function fields(pbf: PbfReader, end: number, each: (field: number) => void): void {
  for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) each(field);
  if (pbf.pos !== end) throw new Damage('an element is longer than it says');
}

function readNode(pbf: PbfReader, end: number, block: Block, node: NonNullable<Visitor['node']>): void {
  const [keys, values] = [row(), row()];
  let [id, lon, lat] = [0, 0, 0];
  fields(pbf, end, (field) => {
    if (field === 1) id = pbf.readSVarint();
    else if (field === 2) packed(pbf, keys);
    else if (field === 3) packed(pbf, values);
    else if (field === 8) lat = pbf.readSVarint();
    else if (field === 9) lon = pbf.readSVarint();
  });
  node(id, block.lon(lon), block.lat(lat), tagsOf(pbf, block, keys, values));
  leaveAt(pbf, end);
}

function readDense(pbf: PbfReader, end: number, block: Block, node: NonNullable<Visitor['node']>): void {
  const [ids, lats, lons, tags] = [row(), row(), row(), row()];
  fields(pbf, end, (field) => {
    if (field === 1) packed(pbf, ids);
    else if (field === 8) packed(pbf, lats);
    else if (field === 9) packed(pbf, lons);
    else if (field === 10) packed(pbf, tags);
  });
  let [id, lat, lon] = [0, 0, 0];
  // Four rows side by side: differences of ids and places, and keys and values with a 0 after each node's.
  while (ids.begin < ids.end) {
    id += next(pbf, ids);
    lat += next(pbf, lats);
    lon += next(pbf, lons);
    node(id, block.lon(lon), block.lat(lat), denseTags(pbf, block, tags));
  }
  leaveAt(pbf, end);
}

function next(pbf: PbfReader, row: Packed): number {
  if (row.begin >= row.end) throw new Damage('some nodes have no place');
  pbf.pos = row.begin;
  const value = pbf.readSVarint();
  row.begin = pbf.pos;
  return value;
}

function denseTags(pbf: PbfReader, block: Block, row: Packed): Tags | undefined {
  if (row.begin >= row.end) return undefined;
  pbf.pos = row.begin;
  let tags: Record<string, string> | undefined;
  for (let key = pbf.readVarint(); key !== 0; key = pbf.readVarint()) {
    tags ??= Object.create(null) as Record<string, string>;
    tags[block.text(key)] = block.text(pbf.readVarint());
    if (pbf.pos >= row.end) break;
  }
  row.begin = pbf.pos;
  return tags;
}

function readWay(pbf: PbfReader, end: number, block: Block, { way, isWanted }: Visitor): void {
  const [keys, values, nodes] = [row(), row(), row()];
  let id = 0;
  fields(pbf, end, (field) => {
    if (field === 1) id = pbf.readVarint(true);
    else if (field === 2) packed(pbf, keys);
    else if (field === 3) packed(pbf, values);
    else if (field === 8) packed(pbf, nodes);
  });
  const tags = hasWanted(pbf, block, keys, isWanted) ? tagsOf(pbf, block, keys, values) : undefined;
  if (tags) way!(id, tags, refsOf(pbf, nodes));
  leaveAt(pbf, end);
}

function hasWanted(pbf: PbfReader, block: Block, keys: Packed, isWanted: Visitor['isWanted']): boolean {
  pbf.pos = keys.begin;
  while (pbf.pos < keys.end) if (!isWanted || isWanted(block.text(pbf.readVarint()))) return true;
  return false;
}

function refsOf(pbf: PbfReader, { begin, end }: Packed): Float64Array {
  // No number takes less than a byte.
  const refs = new Float64Array(end - begin);
  let [count, ref] = [0, 0];
  pbf.pos = begin;
  while (pbf.pos < end) {
    ref += pbf.readSVarint();
    refs[count++] = ref;
  }
  return refs.subarray(0, count);
}

const MEMBER_KINDS = ['node', 'way', 'relation'] as const;

function readRelation(pbf: PbfReader, end: number, block: Block, relation: NonNullable<Visitor['relation']>): void {
  const [keys, values, roles, ids, kinds] = [row(), row(), row(), row(), row()];
  fields(pbf, end, (field) => {
    const which = { 2: keys, 3: values, 8: roles, 9: ids, 10: kinds }[field];
    if (which) packed(pbf, which);
  });
  const tags = tagsOf(pbf, block, keys, values);
  if (tags) {
    const [roleOf, kindOf] = [numbers(pbf, roles), numbers(pbf, kinds)];
    const members = Array.from(refsOf(pbf, ids), (id, i): Member => {
      const kind = MEMBER_KINDS[kindOf[i]!];
      if (kind === undefined) throw new Damage('a relation has a member of no known kind');
      return { kind, id, role: block.text(roleOf[i]!) };
    });
    relation(tags, members);
  }
  leaveAt(pbf, end);
}

function tagsOf(pbf: PbfReader, block: Block, keys: Packed, values: Packed): Tags | undefined {
  if (keys.begin >= keys.end) return undefined;
  const [keyOf, textOf] = [numbers(pbf, keys), numbers(pbf, values)];
  const tags = Object.create(null) as Record<string, string>;
  for (const [i, key] of keyOf.entries()) tags[block.text(key)] = block.text(textOf[i]!);
  return tags;
}

function numbers(pbf: PbfReader, { begin, end }: Packed): number[] {
  const values: number[] = [];
  pbf.pos = begin;
  while (pbf.pos < end) values.push(pbf.readVarint());
  return values;
}

function row(): Packed {
  return { begin: 0, end: 0 };
}

/** After rows were read in whatever order: on to the element's end, where the next one begins. */
function leaveAt(pbf: PbfReader, end: number): void {
  pbf.pos = end;
}
