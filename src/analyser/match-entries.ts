/** Entries of two logs by device, in bounded memory: what outgrows it comes back from temporary files, some devices at a time. */
import { newDeviceTable } from './device-table.ts';
import type { TimedPosition } from './match.ts';
import { devicesIn, type Sorted, sortByDevice } from './partition-logs.ts';
import { MEMORY_BYTES, newSpill, PARTITIONS, Rows } from './rows.ts';

export interface Entries {
  add(side: 'sent' | 'received', id: string, entry: TimedPosition): void;
  readonly count: Readonly<Record<'sent' | 'received', number>>;
  /** Each device of either log, once, with its entries in the order of the logs. Can be walked once. */
  devices(): Generator<Readonly<Record<'sent' | 'received', TimedPosition[]>>>;
  /** Takes temporary files away. */
  close(): void;
}

export function newEntries(memoryBytes = MEMORY_BYTES): Entries {
  const spill = newSpill(memoryBytes);
  const table = newDeviceTable();
  const rows = { sent: new Rows(4, spill), received: new Rows(4, spill) };
  const count = { sent: 0, received: 0 };
  const sorted = (side: Rows, partition: number) => {
    const columns = Array.from({ length: 3 }, () => new Float64Array(side.count(partition)));
    return sortByDevice(side, partition, devicesIn(partition, table.size), columns);
  };
  return {
    count,
    add(side, id, { time, position }) {
      const device = table.findText(id, true);
      const { values, at } = rows[side].row(device);
      values[at] = device;
      values[at + 1] = time;
      values[at + 2] = position[0];
      values[at + 3] = position[1];
      count[side]++;
    },
    *devices() {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const [sent, received] = [sorted(rows.sent, partition), sorted(rows.received, partition)];
        for (let n = 0; n < devicesIn(partition, table.size); n++)
          yield { sent: entriesOf(sent, n), received: entriesOf(received, n) };
      }
    },
    close: spill.close,
  };
}

function entriesOf({ first, columns: [times, x, y] }: Sorted, n: number): TimedPosition[] {
  const entries: TimedPosition[] = [];
  for (let i = first[n]!; i < first[n + 1]!; i++) entries.push({ time: times![i]!, position: [x![i]!, y![i]!] });
  return entries;
}
