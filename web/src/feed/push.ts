/** Server-sent events: what the trackers stored, as it happens. The browser connects again by itself. */
import type { ListedDevice } from './ask.ts';

/** A position as it is pushed: with its tracker. */
export interface PushedDevice extends ListedDevice {
  readonly TrackerName: string;
}

export interface PushOptions {
  readonly url: string;
  /** The stream is there, for the first time or again: what happened before is not in it. */
  readonly onOpen: () => void;
  readonly onPositions: (positions: readonly PushedDevice[]) => void;
  /** The stream is gone; it may come back. */
  readonly onDown: () => void;
}

/** After an answer that was no stream, which a browser does not try again. */
const TRY_AGAIN_MS = 15_000;

/** @returns closes it */
export function openPush({ url, onOpen, onPositions, onDown }: PushOptions): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const connect = () => {
    source = new EventSource(url);
    source.addEventListener('open', onOpen);
    source.addEventListener('positions', ({ data }) => {
      const positions = parse(data);
      if (positions.length > 0) onPositions(positions);
    });
    source.addEventListener('error', () => {
      onDown();
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, TRY_AGAIN_MS);
    });
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

function parse(data: string): PushedDevice[] {
  try {
    const json: unknown = JSON.parse(data);
    return Array.isArray(json) ? json : [];
  } catch {
    return [];
  }
}
