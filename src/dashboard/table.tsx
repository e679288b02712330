import { Box, Text } from 'ink';
import { Paint } from './paint.tsx';

export interface Column<Row> {
  readonly title: string;
  readonly width: number;
  /** Whoever is narrow drops the highest first; 0 stays. */
  readonly rank: number;
  readonly text: (row: Row) => string;
  /** What `s` sorts by, largest first; a column without cannot be sorted by. */
  readonly by?: (row: Row) => number;
  readonly left?: boolean;
}

interface Props<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly sort: number;
  readonly width: number;
  /** Rows of the terminal, the heading's included. */
  readonly height: number;
  readonly isBad?: (row: Row) => boolean;
}

/** Rows under a heading, sorted by one column; as many columns and rows as there is room for. */
export function Table<Row>({ columns, rows, sort, width, height, isBad = () => false }: Props<Row>) {
  const shown = fitting(columns, width);
  const sortable = shown.filter(({ by }) => by !== undefined);
  const chosen = sortable[sort % Math.max(1, sortable.length)];
  const sorted = chosen?.by === undefined ? rows : rows.toSorted((a, b) => chosen.by!(b) - chosen.by!(a));
  const room = Math.max(1, height - 1);
  const visible = sorted.length > room ? sorted.slice(0, room - 1) : sorted;
  return (
    <Box flexDirection="column">
      <Text dimColor wrap="truncate-end">
        {shown.map((column) => cell(column, column.title + (column === chosen ? '▼' : ''))).join(' ')}
      </Text>
      {visible.map((row) => {
        const line = shown.map((column) => cell(column, column.text(row))).join(' ');
        return (
          <Paint key={line} {...(isBad(row) ? { color: 'red' } : {})} wrap="truncate-end">
            {line}
          </Paint>
        );
      })}
      {visible.length < sorted.length ? <Text dimColor>… and {sorted.length - visible.length} more</Text> : null}
    </Box>
  );
}

function fitting<Row>(columns: readonly Column<Row>[], width: number): readonly Column<Row>[] {
  const needed = columns.reduce((sum, column) => sum + column.width + 1, -1);
  const last = columns.reduce((a, b) => (b.rank > a.rank ? b : a));
  return needed <= width || last.rank === 0
    ? columns
    : fitting(
        columns.filter((column) => column !== last),
        width,
      );
}

function cell<Row>({ width, left }: Column<Row>, text: string): string {
  const fitted = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return left ? fitted.padEnd(width) : fitted.padStart(width);
}
