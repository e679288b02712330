import { onNextTurn } from './turn.ts';

/**
 * The QoS 0 messages of one line of a session. No answer comes, so each is settled when the system has taken the write that it
 * went with. They are numbered -1, -2, … (packet ids are above 0), and one line takes its writes in their order.
 */
export class ZeroSends {
  readonly #settle: (id: number) => void;
  /** The last that was sent, that was written, and that the system has taken. */
  #sent: number;
  #written: number;
  #taken: number;
  /** How far each of the writes goes that the system has not taken. */
  readonly #writes: number[] = [];

  constructor(settle: (id: number) => void, first = -1) {
    this.#settle = settle;
    this.#sent = this.#written = this.#taken = first + 1;
  }

  /** The next one's number; `sent` says that it is used. */
  get next(): number {
    return this.#sent - 1;
  }

  sent(id: number): void {
    this.#sent = id;
  }

  /** Must be followed by a write of all that was sent, which is told to `onTaken`, or to `onTakenEarly`. @returns false: there is nothing to be told */
  written(): boolean {
    if (this.#written === this.#sent) return false;
    this.#written = this.#sent;
    this.#writes.push(this.#sent);
    return true;
  }

  /** At the end of a turn. Whoever sends the next message then has it written a turn later. */
  readonly onTaken = (error?: Error | null): void => {
    if (error) return;
    const last = this.#writes.shift() ?? this.#taken;
    while (this.#taken > last) this.#settle(--this.#taken);
  };

  /** In the middle of a turn. Without another in between, a loop of such sends would never let anything else run. */
  readonly onTakenEarly = (error?: Error | null): void => {
    if (!error) onNextTurn(this.onTaken);
  };

  /** For another line: goes on with what is not yet written, while this one still settles what is. */
  onAnotherLine(): ZeroSends {
    const other = new ZeroSends(this.#settle, this.#written - 1);
    other.sent(this.#sent);
    return other;
  }
}
