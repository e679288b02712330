/** How long a thread's event loop has been at work, and has waited, so far: ms. */
export interface LoopUse {
  readonly active: number;
  readonly idle: number;
}

export function readLoopUse(): LoopUse {
  return performance.eventLoopUtilization();
}
