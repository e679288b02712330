/**
 * The positions of one tracker, in columns: 44 bytes each, so that a laptop holds those of a million devices. A device's
 * positions are a chain from its newest to its oldest.
 *
 *    device number ──▶ newest row ──older──▶ row ──older──▶ … ──▶ NONE
 */
import type { Position } from '../../model.ts';

/** Epoch ms, WGS84 degrees, metres. */
export interface StoredPosition {
  readonly sampleTime: number;
  readonly receivedTime: number;
  readonly position: Position;
  readonly accuracy?: number;
  readonly properties?: Readonly<Record<string, string>>;
}

/** No row, no device. */
export const NONE = -1;

const ROWS_PER_CHUNK = 4096;
const COLUMNS = 5;
const [SAMPLE, RECEIVED, LONGITUDE, LATITUDE, ACCURACY] = [0, 1, 2, 3, 4] as const;

interface Chunk {
  readonly values: Float64Array;
  readonly older: Int32Array;
}

export class Positions {
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #newest: number[] = [];
  readonly #chunks: Chunk[] = [];
  /** The few positions that have properties. */
  readonly #properties = new Map<number, Readonly<Record<string, string>>>();
  #rows = 0;
  #free = NONE;

  /** Device numbers run from 0 to this, in the order in which devices were first seen. */
  get devices(): number {
    return this.#ids.length;
  }

  /** A device's number, or `NONE`. */
  numberOf(deviceId: string): number {
    return this.#numbers.get(deviceId) ?? NONE;
  }

  idOf(device: number): string {
    return this.#ids[device]!;
  }

  /** The newest row of a device, or `NONE`. */
  newestRow(device: number): number {
    return this.#newest[device] ?? NONE;
  }

  sampleTime(row: number): number {
    return this.#value(row, SAMPLE);
  }

  at(row: number): StoredPosition {
    const accuracy = this.#value(row, ACCURACY);
    const properties = this.#properties.get(row);
    return {
      sampleTime: this.#value(row, SAMPLE),
      receivedTime: this.#value(row, RECEIVED),
      position: [this.#value(row, LONGITUDE), this.#value(row, LATITUDE)],
      ...(Number.isNaN(accuracy) ? {} : { accuracy }),
      ...(properties ? { properties } : {}),
    };
  }

  /** Puts a position into its place by sample time, which is nearly always the front. @returns the device's number. */
  add(deviceId: string, stored: StoredPosition): number {
    const device = this.numberFor(deviceId);
    const row = this.#newRow();
    const { values } = this.#chunk(row);
    const base = (row % ROWS_PER_CHUNK) * COLUMNS;
    values[base + SAMPLE] = stored.sampleTime;
    values[base + RECEIVED] = stored.receivedTime;
    values[base + LONGITUDE] = stored.position[0];
    values[base + LATITUDE] = stored.position[1];
    values[base + ACCURACY] = stored.accuracy ?? Number.NaN;
    if (stored.properties) this.#properties.set(row, stored.properties);

    let newer = NONE;
    let older = this.#newest[device]!;
    while (older !== NONE && this.sampleTime(older) > stored.sampleTime) {
      newer = older;
      older = this.#older(older);
    }
    this.#link(row, older);
    if (newer === NONE) this.#newest[device] = row;
    else this.#link(newer, row);
    return device;
  }

  /** Rows with `from <= sampleTime < to`, ascending, at most `limit` of them. */
  window(device: number, from: number, to: number, limit: number): number[] {
    const rows: number[] = [];
    for (let row = this.newestRow(device); row !== NONE && this.sampleTime(row) >= from; row = this.#older(row)) {
      if (this.sampleTime(row) < to) rows.push(row);
    }
    return rows.reverse().slice(0, limit);
  }

  /** Whether the device has a position of exactly that sample time. */
  has(device: number, sampleTime: number): boolean {
    let row = this.newestRow(device);
    while (row !== NONE && this.sampleTime(row) > sampleTime) row = this.#older(row);
    return row !== NONE && this.sampleTime(row) === sampleTime;
  }

  /** Removes all positions of a device, and keeps their room for others. */
  forget(device: number, removed: (sampleTime: number) => void = () => {}): void {
    const row = this.newestRow(device);
    if (row === NONE) return;
    this.#newest[device] = NONE;
    this.#release(row, removed);
  }

  /** Removes the positions of a device whose sample time is before `time`. */
  forgetBefore(device: number, time: number, removed: (sampleTime: number) => void): void {
    let newer = NONE;
    let row = this.newestRow(device);
    while (row !== NONE && this.sampleTime(row) >= time) {
      newer = row;
      row = this.#older(row);
    }
    if (row === NONE) return;
    if (newer === NONE) this.#newest[device] = NONE;
    else this.#link(newer, NONE);
    this.#release(row, removed);
  }

  /** A row and all that are older. */
  #release(first: number, removed: (sampleTime: number) => void): void {
    for (let row = first; row !== NONE; ) {
      const older = this.#older(row);
      removed(this.sampleTime(row));
      this.#properties.delete(row);
      this.#link(row, this.#free);
      this.#free = row;
      row = older;
    }
  }

  /** A device's number; a new one for a device that was never seen. */
  numberFor(deviceId: string): number {
    let device = this.#numbers.get(deviceId);
    if (device === undefined) {
      device = this.#ids.length;
      this.#numbers.set(deviceId, device);
      this.#ids.push(deviceId);
      this.#newest.push(NONE);
    }
    return device;
  }

  #newRow(): number {
    const row = this.#free;
    if (row !== NONE) {
      this.#free = this.#older(row);
      return row;
    }
    if (this.#rows === this.#chunks.length * ROWS_PER_CHUNK) {
      this.#chunks.push({
        values: new Float64Array(ROWS_PER_CHUNK * COLUMNS),
        older: new Int32Array(ROWS_PER_CHUNK),
      });
    }
    return this.#rows++;
  }

  #chunk(row: number): Chunk {
    return this.#chunks[Math.trunc(row / ROWS_PER_CHUNK)]!;
  }

  #value(row: number, column: number): number {
    return this.#chunk(row).values[(row % ROWS_PER_CHUNK) * COLUMNS + column]!;
  }

  #older(row: number): number {
    return this.#chunk(row).older[row % ROWS_PER_CHUNK]!;
  }

  #link(row: number, older: number): void {
    this.#chunk(row).older[row % ROWS_PER_CHUNK] = older;
  }
}
