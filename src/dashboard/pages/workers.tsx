import type { WorkerFigures } from '../../workers/snapshot.ts';
import { count, ms } from '../drawing/numbers.ts';
import { type Column, Table } from '../table.tsx';
import type { PageProps } from './page-props.ts';

type Row = WorkerFigures & { readonly name: string; readonly index: number; readonly rate: number };

const COLUMNS: readonly Column<Row>[] = [
  { title: 'worker', width: 7, rank: 0, left: true, text: ({ name }) => name, by: ({ index }) => -index },
  { title: 'devices', width: 8, rank: 4, text: ({ connected }) => count(connected), by: ({ connected }) => connected },
  { title: 'sent', width: 7, rank: 0, text: ({ sent }) => count(sent), by: ({ sent }) => sent },
  { title: '/s', width: 6, rank: 2, text: ({ rate }) => count(rate), by: ({ rate }) => rate },
  { title: 'failed', width: 7, rank: 0, text: ({ failed }) => count(failed), by: ({ failed }) => failed },
  { title: 'no answer', width: 10, rank: 5, text: ({ unknown }) => count(unknown), by: ({ unknown }) => unknown },
  { title: 'in flight', width: 10, rank: 3, text: ({ inFlight }) => count(inFlight), by: ({ inFlight }) => inFlight },
  {
    title: 'cut off',
    width: 8,
    rank: 6,
    text: ({ disconnects }) => count(disconnects),
    by: ({ disconnects }) => disconnects,
  },
  { title: 'p99', width: 6, rank: 0, text: ({ response }) => ms(response), by: ({ response }) => response },
  { title: 'lag p99', width: 8, rank: 1, text: ({ lag }) => ms(lag), by: ({ lag }) => lag },
];

/** A worker a row: which of them is behind, and whether that is its devices' doing or its own. */
export function WorkersPage({ fleet, history, width, height, sort }: PageProps) {
  const rows = fleet.workers.map((worker, index) => ({
    ...worker,
    index,
    name: String(index),
    rate: history.workerRates[index] ?? 0,
  }));
  return (
    <Table
      columns={COLUMNS}
      rows={rows}
      sort={sort}
      width={width}
      height={height}
      isBad={({ failed, unknown }) => failed + unknown > 0}
    />
  );
}
