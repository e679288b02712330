/**
 * The shapes that travel through simctl. This file imports nothing.
 *
 * One update and its six times:
 *
 *      sampleTime      dueAt    readyAt    sentAt        doneAt            seenAt
 *   ───────┼─────── … ───┼─────────┼─────────┼──────────────┼─────────────────┼──────▶
 *    the device        the pace  and its   `send` was    the broker or      a viewer's
 *    took the fix      wanted    device    called        tracker answered   poll showed it
 *   (simulated clock)  it sent   was free
 *                        ├────── late ───────┤── service ───┤
 *                        ├──────────── response ────────────┤
 *                                  ├── lag ──┤
 *                                            ├────────── publish→seen ────────┤
 *
 * All are epoch milliseconds. `sampleTime` is an integer on the simulated clock (a replay's lies days
 * back); the other five are fractions on the wall clock of the run. A slow backend makes an update late, since its
 * device waits for the answer before; lag is the generator's own doing.
 */

/** WGS84 degrees. */
export type Position = readonly [longitude: number, latitude: number];

/** What a receiver may say beside where it is; each of it may be missing. */
export interface Motion {
  /** m/s */
  readonly speed?: number;
  /** Degrees clockwise from north, [0, 360). */
  readonly heading?: number;
  /** Horizontal accuracy, metres. */
  readonly accuracy?: number;
}

/** Where a device was at one moment. */
export interface Fix {
  readonly sampleTime: number;
  readonly position: Position;
  readonly motion?: Motion | undefined;
}

/** A fix as a probe file holds it: with the device it belongs to. */
export interface Probe extends Fix {
  readonly deviceId: string;
  readonly status?: string;
}

/** All fixes of one device, ascending by sample time. */
export interface Track {
  readonly deviceId: string;
  readonly fixes: Iterable<Fix>;
}

/** What is sent: `seq` counts a device's updates from 0 within one run. */
export interface PositionUpdate extends Fix {
  readonly deviceId: string;
  readonly seq: number;
}

/** Why a send did not succeed: a short kebab-case code, or `tracker:<Code>` where the tracker itself refused. */
export type FailureCode = string;

/** What became of one send. Everything downstream of the hot loop takes this record. */
export interface Attempt {
  readonly update: PositionUpdate;
  readonly dueAt: number;
  readonly readyAt: number;
  readonly sentAt: number;
  readonly doneAt: number;
  readonly failure?: FailureCode | undefined;
}

/** The sender's verdict on an update. */
export type SenderVerdict = 'acknowledged' | 'failed' | 'unknown';

/** The backend's verdict on an update; each has its evidence (see analyser/fate.ts). */
export type BackendVerdict = 'seen' | 'superseded' | 'filtered' | 'refused' | 'lost' | 'unexplained';

/** Codes after which the update may or may not have arrived: it left, and no answer came. */
const CUT_OFF: ReadonlySet<FailureCode> = new Set(['no-answer', 'connection-lost', 'interrupted']);

/** `acknowledged` without a failure, `unknown` where the answer never came, `failed` otherwise. */
export function senderVerdict(failure: FailureCode | undefined): SenderVerdict {
  if (failure === undefined) return 'acknowledged';
  return CUT_OFF.has(failure) ? 'unknown' : 'failed';
}
