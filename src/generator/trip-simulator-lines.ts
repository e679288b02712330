import type { ChangeReason, ChangeType, Trip, Vertices } from './agents/agent.ts';

/**
 * The lines of trip-simulator's other outputs (of `--probes` they are the dataset's own, see dataset/probe-line.ts):
 * newline-delimited JSON, keys in this order, [longitude, latitude], numbers as JavaScript writes them. Each ends with
 * its newline.
 */

/** Of `--changes`: what MDS calls a status change. @param timeMs whole epoch ms */
export function changeLine(
  id: string,
  timeMs: number,
  type: ChangeType,
  reason: ChangeReason,
  lon: number,
  lat: number,
): string {
  return `{"vehicle_id":${JSON.stringify(id)},"event_time":${timeMs},"event_type":"${type}","event_type_reason":"${reason}","event_location":{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[${lon},${lat}]}}}\n`;
}

/** Of `--traces`: a way that was chosen, and its length. It says neither whose nor when. */
export function traceLine(km: number, { lon, lat }: Vertices): string {
  const coordinates = Array.from(lon, (x, i) => `[${x},${lat[i]}]`).join(',');
  return `{"type":"Feature","properties":{"d":${km}},"geometry":{"type":"LineString","coordinates":[${coordinates}]}}\n`;
}

/** Of `--trips`: a trip that is over. */
export function tripLine(id: string, { seconds, metres, startTime, endTime, lon, lat, times }: Trip): string {
  const vertices = Array.from(
    lon,
    (x, i) =>
      `{"type":"Feature","properties":{"timestamp":${times[i]}},"geometry":{"type":"Point","coordinates":[${x},${lat[i]}]}}`,
  ).join(',');
  return `{"vehicle_id":${JSON.stringify(id)},"trip_duration":${seconds},"trip_distance":${metres},"start_time":${startTime},"end_time":${endTime},"route":{"type":"FeatureCollection","features":[${vertices}]}}\n`;
}
