/**
 * What a viewer of the trackers learns from polling them: which positions are new to it, and between which two moments
 * each became visible. Nothing here needs Node, so that a page in a browser can use it.
 *
 *       askedAt  answeredAt       askedAt  answeredAt
 *     ────┼──────────┼── … ──────────┼──────────┼────▶
 *         └ shows A ─┘               └ shows B ─┘
 *         ▲ notBefore of B                      ▲ seenAt of B
 */
import type { ReceivedLine } from '../logs.ts';

/** One device of a ListDevicePositions answer, as JSON has it. */
export interface ListedPosition {
  readonly DeviceId: string;
  /** ISO 8601; the fraction may be missing. */
  readonly SampleTime: string;
  /** [longitude, latitude], WGS84 degrees. */
  readonly Position: readonly number[];
}

/** A page of a tracker's list, and when it was asked for and had arrived (epoch ms). */
export interface LookedAt {
  readonly tracker: string;
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly entries: readonly ListedPosition[];
  /**
   * These are changes, pushed on a stream; `askedAt` is when what came before them on it had arrived, or when it had
   * been opened. None of them was there by then, whatever was last listed of the device.
   */
  readonly pushed?: boolean;
}

export interface View {
  /** Positions shown so far. */
  readonly seen: number;
  /**
   * The positions of a page that are newer than what was shown of their device before. An older one is passed over:
   * answers need not be consistent, and a marker does not jump back. So are entries that cannot be read.
   */
  see(page: LookedAt): ReceivedLine[];
  /** Every page of `tracker` has been looked at; the first was asked for at `askedAt`. */
  wholeRound(tracker: string, askedAt: number): void;
}

export function newView(): View {
  // By device: the newest position shown, and when the last request that showed it was sent.
  const shown = new Map<string, { sampleTime: number; tracker: string; askedAt: number }>();
  // By tracker: when its last round that got to the last page had begun.
  const rounds = new Map<string, number>();
  let seen = 0;

  return {
    get seen() {
      return seen;
    },
    see({ tracker, askedAt, answeredAt, entries, pushed }) {
      const lines: ReceivedLine[] = [];
      for (const entry of entries) {
        const fix = readEntry(entry);
        if (fix === undefined) continue;
        const { id, sampleTime } = fix;
        const before = shown.get(id);
        const sameTracker = before?.tracker === tracker;
        if (before === undefined || sampleTime > before.sampleTime) {
          // Where no request showed a predecessor, any page of the last whole round might have had it: its beginning.
          const listed = sameTracker ? before.askedAt : (rounds.get(tracker) ?? 0);
          const notBefore = pushed ? Math.max(listed, askedAt) : listed;
          lines.push({ ...fix, notBefore, seenAt: answeredAt });
          shown.set(id, { sampleTime, tracker, askedAt });
        } else if (sampleTime === before.sampleTime && sameTracker) {
          before.askedAt = askedAt;
        }
      }
      seen += lines.length;
      return lines;
    },
    wholeRound(tracker, askedAt) {
      rounds.set(tracker, askedAt);
    },
  };
}

/** @returns undefined for whatever is no position: one odd entry must not end the watch over all others. */
function readEntry(entry: unknown) {
  const { DeviceId, SampleTime, Position } = Object(entry) as Partial<ListedPosition>;
  const sampleTime = Date.parse(String(SampleTime));
  const position = degreesOf(Position);
  if (typeof DeviceId !== 'string' || Number.isNaN(sampleTime) || position === undefined) return undefined;
  return { id: DeviceId, sampleTime, position };
}

/** [longitude, latitude] of a `Position` as JSON has it; undefined where it is none. */
export function degreesOf(position: unknown): readonly [number, number] | undefined {
  const [longitude, latitude] = Array.isArray(position) ? (position as unknown[]) : [];
  return isNumber(longitude) && isNumber(latitude) ? [longitude, latitude] : undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
