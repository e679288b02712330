/** What this viewer saw and when, as received.ndjson wants it: in columns, because a line as an object is six times as large. */
import type { ReceivedLine } from '../../../src/logs.ts';

export interface ReceivedLog {
  /** Lines held. */
  readonly count: number;
  /** Lines that had to go, the oldest first. */
  readonly dropped: number;
  add(line: ReceivedLine): void;
  /** received.ndjson, in parts for a Blob. */
  text(): string[];
}

/** 44 bytes a line: 46 MB at most. Ten thousand devices with an update each 30 s fill it in 52 minutes. */
export const MOST_LINES = 1_048_576;
const LINES_A_CHUNK = 65_536;

interface Chunk {
  readonly ids: Int32Array;
  /** sampleTime, longitude, latitude, notBefore, seenAt. */
  readonly numbers: Float64Array;
}

const FIELDS = 5;

export function newReceivedLog(mostLines = MOST_LINES, linesAChunk = LINES_A_CHUNK): ReceivedLog {
  const chunks: Chunk[] = [];
  const ids: string[] = [];
  const idIndices = new Map<string, number>();
  // Lines in the last chunk.
  let [filled, dropped] = [linesAChunk, 0];

  function indexOf(id: string): number {
    const known = idIndices.get(id);
    if (known !== undefined) return known;
    idIndices.set(id, ids.length);
    return ids.push(id) - 1;
  }

  return {
    get count() {
      return chunks.length === 0 ? 0 : (chunks.length - 1) * linesAChunk + filled;
    },
    get dropped() {
      return dropped;
    },
    add({ id, sampleTime, position, notBefore, seenAt }) {
      if (filled === linesAChunk) {
        const oldest = chunks.length * linesAChunk >= mostLines ? chunks.shift() : undefined;
        if (oldest) dropped += linesAChunk;
        chunks.push(oldest ?? { ids: new Int32Array(linesAChunk), numbers: new Float64Array(linesAChunk * FIELDS) });
        filled = 0;
      }
      const chunk = chunks.at(-1)!;
      const at = filled * FIELDS;
      chunk.ids[filled++] = indexOf(id);
      chunk.numbers[at] = sampleTime;
      chunk.numbers[at + 1] = position[0];
      chunk.numbers[at + 2] = position[1];
      chunk.numbers[at + 3] = notBefore;
      chunk.numbers[at + 4] = seenAt;
    },
    text() {
      return chunks.map((chunk, n) => {
        const lines: string[] = [];
        const length = n === chunks.length - 1 ? filled : linesAChunk;
        for (let i = 0; i < length; i++) {
          const [sampleTime, longitude, latitude, notBefore, seenAt] = chunk.numbers.subarray(
            i * FIELDS,
            (i + 1) * FIELDS,
          );
          const line: ReceivedLine = {
            id: ids[chunk.ids[i]!]!,
            sampleTime: sampleTime!,
            position: [longitude!, latitude!],
            notBefore: notBefore!,
            seenAt: seenAt!,
          };
          lines.push(`${JSON.stringify(line)}\n`);
        }
        return lines.join('');
      });
    },
  };
}
