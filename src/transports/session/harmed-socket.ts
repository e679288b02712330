/**
 * What a session writes to while its connection is harmed on purpose. Harm is done on this side of the socket, so that it
 * works with any broker, and a session without harm has nothing to do with it.
 */
import type { Socket } from 'node:net';
import type { SocketHandlers } from './socket.ts';

/** The little of a socket that a session needs; a socket itself, mostly. */
export interface Line {
  write(bytes: Uint8Array, taken?: (error?: Error | null) => void): unknown;
  end(bytes: Uint8Array): unknown;
  destroy(): unknown;
  /** Bytes that are still referred to. */
  readonly writableLength: number;
}

/**
 * Half-open: nothing comes through, what is written goes nowhere, and neither is an error. The broker learns nothing either,
 * not even of the end: its side stays open until its own keep-alive is over, or the device comes by another connection.
 */
export function silence(socket: Socket, handlers: SocketHandlers): Line {
  const { closed } = handlers;
  handlers.data = () => {};
  handlers.closed = () => {};
  socket.unref();
  return {
    writableLength: 0,
    write: (_, taken) => taken && process.nextTick(taken),
    end: () => {},
    destroy: () => process.nextTick(closed, undefined),
  };
}

/** A line that moves in steps. */
export interface SlowLine extends Line {
  /** Lets out what was written, and in what has come. */
  look(): void;
  /** Becomes as fast as it was. */
  recover(): void;
}

export function slowDown(socket: Socket, handlers: SocketHandlers): SlowLine {
  const { data } = handlers;
  const held: { bytes: Uint8Array; taken: ((error?: Error | null) => void) | undefined }[] = [];
  let goodbye: Uint8Array | undefined;
  const letOut = () => {
    for (const { bytes, taken } of held.splice(0)) socket.write(bytes, taken);
    if (goodbye !== undefined) socket.end(goodbye);
    goodbye = undefined;
  };
  handlers.data = (chunk, length) => {
    data(chunk, length);
    if (handlers.data !== data) socket.pause();
  };
  socket.pause();
  return {
    get writableLength() {
      return socket.writableLength + held.reduce((sum, { bytes }) => sum + bytes.length, 0);
    },
    write: (bytes, taken) => held.push({ bytes, taken }),
    end(bytes) {
      goodbye = bytes;
    },
    destroy: () => socket.destroy(),
    look() {
      letOut();
      socket.resume();
    },
    recover() {
      handlers.data = data;
      letOut();
      socket.resume();
    },
  };
}
