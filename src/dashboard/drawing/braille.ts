/** A picture of dots, two across and four down in each cell. */
export interface Canvas {
  /** In dots. */
  readonly width: number;
  readonly height: number;
  /** What lies outside is not drawn. A `bright` dot makes its whole cell bright. */
  dot(x: number, y: number, bright?: boolean): void;
  /** Each row as stretches of equal brightness. */
  rows(): { text: string; bright: boolean }[][];
}

//  The bits of a Braille cell:  0 3
//                               1 4
//                               2 5
//                               6 7
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const EMPTY = 0x2800;

/** @param columns in cells, as `lines` */
export function newCanvas(columns: number, lines: number): Canvas {
  const cells = new Uint8Array(columns * lines);
  const brights = new Uint8Array(columns * lines);
  return {
    width: 2 * columns,
    height: 4 * lines,
    dot(x, y, bright = false) {
      const [left, top] = [Math.floor(x), Math.floor(y)];
      if (left < 0 || top < 0 || left >= 2 * columns || top >= 4 * lines) return;
      const cell = (top >> 2) * columns + (left >> 1);
      cells[cell]! |= BITS[top & 3]![left & 1]!;
      if (bright) brights[cell] = 1;
    },
    rows: () =>
      Array.from({ length: lines }, (_, line) => {
        const stretches: { text: string; bright: boolean }[] = [];
        for (let cell = line * columns; cell < (line + 1) * columns; cell++) {
          const bits = cells[cell]!;
          const character = bits === 0 ? ' ' : String.fromCharCode(EMPTY + bits);
          const last = stretches.at(-1);
          // An empty cell is of any brightness.
          if (last && (bits === 0 || last.bright === (brights[cell] === 1))) last.text += character;
          else stretches.push({ text: character, bright: brights[cell] === 1 });
        }
        const last = stretches.at(-1);
        // A terminal needs no spaces at the end; but a row without any character would be no row.
        if (last) last.text = last.text.trimEnd() || ' ';
        return stretches;
      }),
  };
}
