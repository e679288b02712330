/** JSON from outside. V8 takes 0.7 s over a megabyte of nothing but brackets, and nobody nests so deep. */
const MAX_DEPTH = 256;
/** Below it the worst costs a fraction of a millisecond. */
const LOOKED_INTO_BYTES = 4096;

/** @throws SyntaxError where the bytes are no JSON, or nested deeper than anybody writes. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length > LOOKED_INTO_BYTES && depthOf(bytes) > MAX_DEPTH)
    throw new SyntaxError(`JSON nested deeper than ${MAX_DEPTH}`);
  return JSON.parse(bytes.toString('utf8'));
}

const [QUOTE, BACKSLASH, LIST, LIST_END, OBJECT, OBJECT_END] = Buffer.from('"\\[]{}') as unknown as [
  number,
  number,
  number,
  number,
  number,
  number,
];

/** The deepest nesting outside texts; it looks no further once that is too deep. */
function depthOf(bytes: Buffer): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length && deepest <= MAX_DEPTH; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted) {
      if (byte === BACKSLASH) i++;
    } else if (byte === LIST || byte === OBJECT) deepest = Math.max(deepest, ++depth);
    else if (byte === LIST_END || byte === OBJECT_END) depth--;
  }
  return deepest;
}

/** A value from outside as a text for people. `String` throws where a list holds an object with a `toString` of its own. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}
