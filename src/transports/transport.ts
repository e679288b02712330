import type { PositionUpdate } from '../model.ts';

/** The seam between the engine and the outside world: one transport carries all devices of one worker. */
export interface Transport {
  /** Makes `deviceId` ready to send. A rejection is that device's failure alone; `signal` ends the attempt. */
  connect(deviceId: string, signal: AbortSignal): Promise<void>;
  /**
   * Resolves once the other side has taken the update. Settles within the transport's time-out, always; rejects
   * with a `SendFailure`, whose code is counted.
   */
  send(update: PositionUpdate): Promise<void>;
  /** Ends all connections in good order. Sends still in flight settle first, as `interrupted` at the latest. */
  close(): Promise<void>;
}

/** Why a connect or a send did not succeed. `code` is what is counted (model.ts, `FailureCode`). */
export class SendFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string = code, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SendFailure';
    this.code = code;
  }
}

/** The code to count for whatever a `send` rejected with; our own bugs count as `error`, so that no device stops another. */
export function failureCode(error: unknown): string {
  return error instanceof SendFailure ? error.code : 'error';
}
