/** `share` of `width` cells, filled. */
export function bar(share: number, width: number): string {
  const cells = Math.max(1, Math.floor(width));
  const full = Math.round(Math.min(1, Math.max(0, share)) * cells);
  return '█'.repeat(full) + '░'.repeat(cells - full);
}

const LEVELS = '▁▂▃▄▅▆▇█';

/**
 * All `values` in `width` cells at most, scaled to the largest; where there are more values than cells, each cell shows the
 * largest of its own, so that no peak is hidden.
 */
export function spark(values: readonly number[], width: number): string {
  const cells = Math.min(width, values.length);
  const top = Math.max(Number.MIN_VALUE, ...values);
  return Array.from({ length: cells }, (_, i) => {
    const own = values.slice(Math.floor((i * values.length) / cells), Math.floor(((i + 1) * values.length) / cells));
    return LEVELS[Math.min(7, Math.floor((Math.max(...own) / top) * 7.999))];
  }).join('');
}
