/** Milliseconds, as many digits as a person reads. */
export function ms(value: number): string {
  if (value >= 100_000) return `${(value / 1000).toFixed(0)}k`;
  return value.toFixed(value < 100 ? 1 : 0);
}

/** A count or a rate in six characters at most. */
export function count(value: number): string {
  if (value >= 10_000_000) return `${(value / 1e6).toFixed(0)}M`;
  if (value >= 1_000_000) return `${(value / 1e6).toFixed(1)}M`;
  if (value >= 100_000) return `${(value / 1000).toFixed(0)}k`;
  return value.toFixed(value > 0 && value < 10 && !Number.isInteger(value) ? 1 : 0);
}

export function duration(length: number): string {
  const seconds = Math.ceil(length / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  return `${percent.toFixed(percent >= 10 || percent === 0 ? 0 : percent >= 0.1 ? 1 : 3)} %`;
}
