import type { Shelf } from '../data-dir/shelf.ts';
import { invalid } from './errors.ts';

export interface Page<T> {
  readonly items: T[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly token?: string | undefined;
  readonly newestFirst?: boolean;
}

/** How a catalogue's entries are written down, as JSON. */
export interface Form<T> {
  nameOf(value: T): string;
  write(value: T): unknown;
  read(record: never): T;
}

/**
 * Entries by name, kept in the order they came, and handed out in pages. A token stays good while others come and go:
 * it holds the place of the last entry given, not its index. What is on its shelf is there from the start.
 */
export class Catalogue<T> {
  readonly #byName = new Map<string, Slot<T>>();
  #order: Slot<T>[] = [];
  #nextPlace = 1;
  readonly #shelf: Shelf;
  readonly #form: Form<T>;

  constructor(shelf: Shelf, form: Form<T>) {
    this.#shelf = shelf;
    this.#form = form;
    for (const [place, record] of shelf.entries()) {
      const value = form.read(record as never);
      this.#keep({ place, value, gone: false });
      this.#nextPlace = place + 1;
    }
  }

  get size(): number {
    return this.#byName.size;
  }

  get(name: string): T | undefined {
    return this.#byName.get(name)?.value;
  }

  /** There must be none of its name yet. */
  add(value: T): void {
    const slot = { place: this.#nextPlace++, value, gone: false };
    this.#keep(slot);
    this.#shelf.put(slot.place, this.#form.write(value));
  }

  /** To be called whenever something about an entry was changed. */
  changed(name: string): void {
    const slot = this.#byName.get(name);
    if (slot) this.#shelf.put(slot.place, this.#form.write(slot.value));
  }

  /** Another value of the same name, in the place of the old one, or a new entry. */
  put(value: T): void {
    const name = this.#form.nameOf(value);
    const slot = this.#byName.get(name);
    if (slot) {
      slot.value = value;
      this.changed(name);
    } else this.add(value);
  }

  delete(name: string): void {
    const slot = this.#byName.get(name);
    if (!slot) return;
    slot.gone = true;
    this.#byName.delete(name);
    this.#shelf.remove(slot.place);
    if (this.#order.length > 64 && this.#byName.size < this.#order.length / 2)
      this.#order = this.#order.filter(({ gone }) => !gone);
  }

  #keep(slot: Slot<T>): void {
    this.#byName.set(this.#form.nameOf(slot.value), slot);
    this.#order.push(slot);
  }

  *values(): Iterable<T> {
    for (const { value } of this.#byName.values()) yield value;
  }

  /** The entries after `token`, those that `keep` wants. @throws IotError where the token is none of ours. */
  page({ limit, token, newestFirst = false }: PageRequest, keep: (value: T) => boolean = () => true): Page<T> {
    const last = token === undefined ? (newestFirst ? this.#nextPlace : 0) : placeOf(token);
    const step = newestFirst ? -1 : 1;
    const items: T[] = [];
    let place = last;
    for (let i = newestFirst ? this.#firstFrom(last) - 1 : this.#firstFrom(last + 1); ; i += step) {
      const slot = this.#order[i];
      if (slot === undefined) return { items };
      if (slot.gone || !keep(slot.value)) continue;
      if (items.length === limit) return { items, next: Buffer.from(String(place)).toString('base64') };
      items.push(slot.value);
      place = slot.place;
    }
  }

  /** The index of the first slot whose place is `place` or later. */
  #firstFrom(place: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#order[middle]!.place < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface Slot<T> {
  readonly place: number;
  value: T;
  gone: boolean;
}

function placeOf(token: string): number {
  const place = Number(Buffer.from(token, 'base64').toString());
  if (!Number.isSafeInteger(place) || place < 1) throw invalid('The token is not one that a list gave');
  return place;
}
