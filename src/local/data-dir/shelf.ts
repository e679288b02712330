/** A catalogue's entries, as a service writes them down. */

/** Where the entries of one kind are written down, by the place that each has in its list. */
export interface Shelf {
  entries(): Iterable<readonly [place: number, record: unknown]>;
  put(place: number, record: unknown): void;
  remove(place: number): void;
}

/** Shelves by the kind of what is on them. */
export type Shelves = (kind: string) => Shelf;

/** For what ends with the process. */
export const NO_SHELVES: Shelves = () => ({ entries: () => [], put() {}, remove() {} });
