/** How long a device waits between an answer and its next update: ms, or `auto`, the 2022 client's rule. */
export type MinGap = number | 'auto';

/**
 * The pause of the 2022 project's client, in ms: 100 + 6000 / devices (its actor model's constants; 400 ms for the 20
 * devices of a process). Shorter the more devices there are, because it reckons that the whole fleet is gone through
 * before a device has its turn again (paper, section 4.4). A fleet whose devices do not wait for each other has no
 * such turn: there the pause alone must outlast what reorders.
 */
export function autoMinGapMs(devices: number): number {
  return 100 + 6000 / devices;
}

export function minGapMs(gap: MinGap, devices: number): number {
  return gap === 'auto' ? autoMinGapMs(devices) : gap;
}

/** `400`, `auto` → a `MinGap`; anything else → what was expected, in an object, as a text would be taken for one. */
export function parseMinGap(text: string): MinGap | { readonly problem: string } {
  if (text === 'auto') return 'auto';
  if (/^[0-9]+(\.[0-9]+)?$/.test(text)) return Number(text);
  return { problem: `--min-gap is a number of ms, 0 or more, or auto; got "${text}"` };
}
