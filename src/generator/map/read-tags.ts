/** OpenStreetMap's tags of a way or a node. */
export type Tags = Readonly<Record<string, unknown>>;

/** How vehicles may use a way: metres a second each way, 0 where they may not. */
export interface Passage {
  /** Of ROAD_CLASSES. */
  readonly roadClass: number;
  readonly forward: number;
  readonly backward: number;
  /** Above 0, at most 1: roads that are hardly used count 1 / ease times their time in a search. */
  readonly ease: number;
  /** Only for those who begin or end there. */
  readonly local: boolean;
}
