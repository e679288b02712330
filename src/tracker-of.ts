/**
 * Which tracker holds a device. Shared by the ingest and query handlers, the `tracker` transport and the receiver.
 *
 * By the last four digits of the id, ranges of equal size over the trackers, as the 2022 project did (AWS-7686 of
 * ten → 7); by hash where the id does not end in four digits.
 */
export function trackerOf(deviceId: string, trackerCount: number): number {
  const digits = /[0-9]{4}$/.exec(deviceId);
  if (digits) return Math.floor(Number(digits[0]) / Math.ceil(10_000 / trackerCount));
  // FNV-1a over UTF-16 units: stable everywhere, and even enough for a handful of trackers.
  let hash = 0x811c9dc5;
  for (let i = 0; i < deviceId.length; i++) hash = Math.imul(hash ^ deviceId.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % trackerCount;
}
