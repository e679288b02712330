import { deflateSync } from 'node:zlib';
import { PbfWriter } from 'pbf';

type Tags = Readonly<Record<string, string>>;

/** What a map file is made of, in the words of OpenStreetMap. */
export interface Extract {
  readonly nodes: readonly {
    readonly id: number;
    readonly at: readonly [lon: number, lat: number];
    readonly tags?: Tags;
  }[];
  readonly ways: readonly { readonly id: number; readonly refs: readonly number[]; readonly tags: Tags }[];
  readonly relations?: readonly {
    readonly tags: Tags;
    readonly members: readonly { readonly kind: 0 | 1 | 2; readonly id: number; readonly role: string }[];
  }[];
}

interface Form {
  /** Nodes each on their own, as old files have them, and nothing compressed. */
  readonly plain?: boolean;
  readonly features?: readonly string[];
}

/** An OSM PBF file: a header, a block of nodes, one of ways, and one of relations. */
export function pbfFile({ nodes, ways, relations = [] }: Extract, { plain = false, features }: Form = {}): Buffer {
  const header = new PbfWriter();
  for (const feature of features ?? ['OsmSchema-V0.6', 'DenseNodes']) header.writeStringField(4, feature);
  return Buffer.concat([
    blob('OSMHeader', header.finish(), plain),
    blob(
      'OSMData',
      block((group, text) => (plain ? plainNodes : denseNodes)(group, nodes, text)),
      plain,
    ),
    blob(
      'OSMData',
      block((group, text) => writeWays(group, ways, text)),
      plain,
    ),
    blob(
      'OSMData',
      block((group, text) => writeRelations(group, relations, text)),
      plain,
    ),
  ]);
}

export function blob(type: string, data: Uint8Array, plain = false): Buffer {
  const body = new PbfWriter();
  if (plain) body.writeBytesField(1, data);
  else {
    body.writeVarintField(2, data.length);
    body.writeBytesField(3, deflateSync(data));
  }
  const bytes = body.finish();
  const header = new PbfWriter();
  header.writeStringField(1, type);
  header.writeVarintField(3, bytes.length);
  const head = header.finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, bytes]);
}

type Text = (value: string) => number;

function block(fill: (group: PbfWriter, text: Text) => void): Uint8Array {
  const texts = new Map([['', 0]]);
  const group = new PbfWriter();
  fill(group, (value) => {
    if (!texts.has(value)) texts.set(value, texts.size);
    return texts.get(value)!;
  });
  const pbf = new PbfWriter();
  pbf.writeMessage(
    1,
    (_, writer) => {
      for (const text of texts.keys()) writer.writeStringField(1, text);
    },
    undefined,
  );
  pbf.writeBytesField(2, group.finish());
  return pbf.finish();
}

const place = (degrees: number) => Math.round(degrees * 1e7);
const steps = (values: readonly number[]) => values.map((value, i) => value - (values[i - 1] ?? 0));

function denseNodes(group: PbfWriter, nodes: Extract['nodes'], text: Text): void {
  group.writeMessage(
    2,
    (_, dense) => {
      dense.writePackedSVarint(1, steps(nodes.map(({ id }) => id)));
      dense.writePackedSVarint(8, steps(nodes.map(({ at }) => place(at[1]))));
      dense.writePackedSVarint(9, steps(nodes.map(({ at }) => place(at[0]))));
      const tags = nodes.flatMap(({ tags = {} }) => [...Object.entries(tags).flat().map(text), 0]);
      dense.writePackedVarint(10, tags);
    },
    undefined,
  );
}

function plainNodes(group: PbfWriter, nodes: Extract['nodes'], text: Text): void {
  for (const { id, at, tags = {} } of nodes) {
    group.writeMessage(
      1,
      (_, node) => {
        node.writeSVarintField(1, id);
        writeTags(node, tags, text);
        node.writeSVarintField(8, place(at[1]));
        node.writeSVarintField(9, place(at[0]));
      },
      undefined,
    );
  }
}

function writeWays(group: PbfWriter, ways: Extract['ways'], text: Text): void {
  for (const { id, refs, tags } of ways) {
    group.writeMessage(
      3,
      (_, way) => {
        way.writeVarintField(1, id);
        writeTags(way, tags, text);
        way.writePackedSVarint(8, steps(refs));
      },
      undefined,
    );
  }
}

function writeRelations(group: PbfWriter, relations: NonNullable<Extract['relations']>, text: Text): void {
  for (const { tags, members } of relations) {
    group.writeMessage(
      4,
      (_, relation) => {
        relation.writeVarintField(1, 1);
        writeTags(relation, tags, text);
        relation.writePackedVarint(
          8,
          members.map(({ role }) => text(role)),
        );
        relation.writePackedSVarint(9, steps(members.map(({ id }) => id)));
        relation.writePackedVarint(
          10,
          members.map(({ kind }) => kind),
        );
      },
      undefined,
    );
  }
}

function writeTags(pbf: PbfWriter, tags: Tags, text: Text): void {
  pbf.writePackedVarint(2, Object.keys(tags).map(text));
  pbf.writePackedVarint(3, Object.values(tags).map(text));
}
