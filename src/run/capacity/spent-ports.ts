/**
 * Local ports of the steps before. A connection that this side closed keeps its port to that broker for a minute, in which the
 * next step's devices cannot have it.
 */
import type { Clock } from '../../clock.ts';
import { readTimeWait } from '../../doctor/machine-readings.ts';
import type { Room } from '../connection-room.ts';

/** Linux, include/net/tcp.h, TCP_TIMEWAIT_LEN. */
const TIME_WAIT_MS = 60_000;
const LOOK_EVERY_MS = 1000;

export interface SpentPorts {
  /** A step is over that made so many connections. */
  spent(connections: number): void;
  /** Waits until so many devices can connect. @returns whether they can; they cannot where the clock was stopped */
  free(devices: number): Promise<boolean>;
}

/** At most so many ports wait now; undefined: how many cannot be read here. 0 where the system takes them again at once. */
export async function readHeldPorts(loopback: boolean): Promise<number | undefined> {
  const waiting = await readTimeWait();
  if (waiting === undefined) return undefined;
  return waiting.reuse === 1 || (waiting.reuse === 2 && loopback) ? 0 : waiting.count;
}

/**
 * What waits may be others' too, to other peers, and what a step closed may have been closed by the broker first, which leaves the
 * port free: of two upper bounds, the lower counts.
 */
export function newSpentPorts(
  { ports, addresses }: Pick<Room, 'ports' | 'addresses'>,
  readHeld: () => Promise<number | undefined>,
  clock: Clock,
  note: (text: string) => void,
): SpentPorts {
  const closed: { at: number; connections: number }[] = [];
  const held = async () => {
    const since = clock.now() - TIME_WAIT_MS;
    const own = closed.reduce((n, { at, connections }) => n + (at > since ? connections : 0), 0);
    return own === 0 ? 0 : Math.min(own, (await readHeld()) ?? own);
  };
  return {
    spent: (connections) => void closed.push({ at: clock.now(), connections }),
    async free(devices) {
      if (ports === undefined) return true;
      const all = ports * addresses;
      let isSaid = false;
      for (;;) {
        const waiting = await held();
        if (waiting === 0 || devices <= all - waiting) return true;
        if (!isSaid)
          note(
            `Waiting for local ports, a minute at most: of ${all} to one broker, up to ${waiting} are still held by connections of the steps before (TIME_WAIT), and ${devices} are wanted. More addresses have more (--local-address A,B,…).`,
          );
        isSaid = true;
        if (!(await clock.until(clock.now() + LOOK_EVERY_MS))) return false;
      }
    },
  };
}
