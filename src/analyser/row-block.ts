/** The lines of a part of a log as numbers, as a thread hands them to the one that puts them together. */
import { threadId } from 'node:worker_threads';
import { newDeviceTable } from './device-table.ts';
import { newLineScanner } from './line-scanner.ts';
import { FORMS, formOf, type LogKind, newReadLine, type ReadLine } from './log-forms.ts';
import { type LineCount, type LogObject, newLineCount, type ReadLog } from './read-log.ts';

export interface RowBlock {
  /** Of which the devices' numbers are. */
  readonly thread: number;
  /** Rows of WIDTH numbers: form, device, sampleTime, a, b, c, code, message (log-forms.ts). */
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly rows: number;
  /** Of devices that the thread had not met before, in the order of their numbers. */
  readonly newIds: readonly string[];
  /** Which `code` and `message` number. */
  readonly texts: readonly string[];
  /** Lines in no known form, and how many rows come before each. */
  readonly others: readonly { readonly after: number; readonly text: string }[];
  /** What came behind the last newline. */
  readonly rest: string;
}

const WIDTH = 8;
const NO_TEXT = -1;

/** Makes blocks of one thread; devices keep their numbers from block to block. */
export function newBlockMaker(
  thread = threadId,
): (kind: LogKind, feed: (scan: (chunk: Buffer) => void) => void) => RowBlock {
  const table = newDeviceTable();
  const line = newReadLine();
  let known = 0;
  // Blocks are about as long as the one before.
  let length = 128 * WIDTH;
  return (kind, feed) => {
    const forms = FORMS[kind];
    const texts: string[] = [];
    const numberOf = new Map<string, number>();
    const others: { after: number; text: string }[] = [];
    let [numbers, rows] = [new Float64Array(length), 0];
    const textNumber = (text: string | undefined) => {
      if (text === undefined) return NO_TEXT;
      let number = numberOf.get(text);
      if (number === undefined) {
        number = texts.push(text) - 1;
        numberOf.set(text, number);
      }
      return number;
    };
    const scanner = newLineScanner(
      (bytes) => {
        const form = formOf(forms, bytes, line);
        if (form < 0) return false;
        let at = rows * WIDTH;
        if (at === numbers.length) {
          const longer = new Float64Array(2 * numbers.length);
          longer.set(numbers);
          numbers = longer;
        }
        numbers[at++] = form;
        numbers[at++] = table.find(bytes.bytes, line.idStart, line.idEnd, true);
        numbers[at++] = line.sampleTime;
        numbers[at++] = line.a;
        numbers[at++] = line.b;
        numbers[at++] = line.c;
        numbers[at++] = textNumber(line.code);
        numbers[at++] = textNumber(line.message);
        rows++;
        return true;
      },
      (text) => others.push({ after: rows, text }),
    );
    feed(scanner.feed);
    length = numbers.length;
    const newIds: string[] = [];
    for (; known < table.size; known++) newIds.push(table.idOf(known));
    return { thread, numbers, rows, newIds, texts, others, rest: scanner.rest.toString('utf8') };
  };
}

/** What is done with the lines of a block. */
export interface BlockTaker {
  /** The number that an id has here. */
  find(id: string): number;
  take(form: number, device: number, line: ReadLine): void;
}

/** Takes all lines of a log, which comes in blocks; see readLog. */
export async function readBlocks(
  blocks: AsyncIterable<RowBlock>,
  read: ReturnType<typeof newBlockReader>,
  { file, slow, ...taker }: BlockTaker & { readonly file: string; slow(value: LogObject, line: number): void },
): Promise<ReadLog> {
  const count = newLineCount(file, slow);
  let rest = '';
  for await (const block of blocks) {
    read(block, taker, count);
    if (block.rest !== '') rest = block.rest; // of whichever began the last line; the others end with a line
  }
  return count.end(rest);
}

/** Takes the lines of blocks as if they had just been read; the blocks of one thread in the order of their making. */
export function newBlockReader(): (block: RowBlock, taker: BlockTaker, count: LineCount) => void {
  const idsOf = new Map<number, string[]>();
  const numbersOf = new Map<number, number[]>();
  const line = newReadLine();
  return ({ thread, numbers, rows, newIds, texts, others }, { find, take }, count) => {
    const ids = idsOf.get(thread) ?? [];
    idsOf.set(thread, ids);
    const known = numbersOf.get(thread) ?? [];
    numbersOf.set(thread, known);
    for (const id of newIds) ids.push(id);
    let other = 0;
    for (let row = 0; row < rows; row++) {
      while (others[other]?.after === row) count.other(others[other++]!.text);
      const at = row * WIDTH;
      const there = numbers[at + 1]!;
      // Not before its turn: who comes first gets the lower number, however many threads there are.
      known[there] ??= find(ids[there]!);
      line.sampleTime = numbers[at + 2]!;
      line.a = numbers[at + 3]!;
      line.b = numbers[at + 4]!;
      line.c = numbers[at + 5]!;
      line.code = texts[numbers[at + 6]!];
      line.message = texts[numbers[at + 7]!];
      take(numbers[at]!, known[there]!, line);
      count.taken();
    }
    while (other < others.length) count.other(others[other++]!.text);
  };
}
