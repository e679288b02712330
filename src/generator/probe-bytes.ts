import type { AgentState } from './agents/agent.ts';
import { type LineBytes, newLineBytes } from './line-bytes.ts';
import { roundedMotion } from './motion.ts';

/** Probes as bytes, one after the other. */
export interface ProbeBytes extends Pick<LineBytes, 'length' | 'take'> {
  /** The time of the lines to come, epoch ms. */
  time(ms: number): void;
  /** @param n of the ids */
  add(n: number, state: AgentState): void;
}

/**
 * Writes the very bytes of `probeLine` (dataset/probe-line.ts) many times as fast as texts could be joined: what does
 * not change from one line to the next is encoded once.
 */
export function newProbeBytes(ids: readonly string[], properties: boolean): ProbeBytes {
  const out = newLineBytes();
  const heads = ids.map((id) => Buffer.from(`{"type":"Feature","properties":{"id":${JSON.stringify(id)},"time":`));
  const statuses = new Map<string, Buffer>();
  let now = Buffer.from('0');

  const statusOf = (status: string): Buffer => {
    let bytes = statuses.get(status);
    if (bytes === undefined) {
      bytes = Buffer.from(`,"status":${JSON.stringify(status)}${properties ? '' : POINT}`);
      statuses.set(status, bytes);
    }
    return bytes;
  };

  return {
    get length() {
      return out.length;
    },
    take: out.take,
    time(ms) {
      now = Buffer.from(String(ms));
    },
    add(n, state) {
      out.bytes(heads[n]!);
      out.bytes(now);
      out.bytes(statusOf(state.status));
      if (properties) {
        const { speed, heading, accuracy } = roundedMotion(state);
        member(SPEED, speed);
        member(HEADING, heading);
        member(ACCURACY, accuracy);
        out.bytes(POINT_BYTES);
      }
      out.number(state.lon);
      out.bytes(COMMA);
      out.number(state.lat);
      out.bytes(END);
    },
  };

  function member(name: Buffer, value: number | undefined): void {
    if (value === undefined) return;
    out.bytes(name);
    out.number(value);
  }
}

const [SPEED, HEADING, ACCURACY] = ['speed', 'heading', 'accuracy'].map((name) => Buffer.from(`,"${name}":`)) as [
  Buffer,
  Buffer,
  Buffer,
];
const POINT = '},"geometry":{"type":"Point","coordinates":[';
const POINT_BYTES = Buffer.from(POINT);
const COMMA = Buffer.from(',');
const END = Buffer.from(']}}\n');
