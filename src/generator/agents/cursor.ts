import type { RouteLine } from '../map/route-line.ts';

/** A place on a line, moved along it in the direction of driving. */
export interface Cursor {
  /** Degrees. */
  lon: number;
  lat: number;
  /** Of the segment it is on: degrees clockwise from north, 0 … 360; NaN on a line of no length. */
  heading: number;
  /** @param metres from the line's beginning, never less than before; what lies beyond an end is that end */
  moveTo(metres: number): void;
}

/** A whole line costs one pass over its vertices, in however many moves. */
export function newCursor({ lon, lat, metres }: RouteLine): Cursor {
  let segment = 0;
  let turned = -1; // the segment that the heading belongs to
  const cursor: Cursor = {
    lon: lon[0]!,
    lat: lat[0]!,
    heading: Number.NaN,
    moveTo(along) {
      const last = metres.length - 2;
      while (segment < last && metres[segment + 1]! <= along) segment++;
      const [begin, end] = [metres[segment]!, metres[segment + 1]!];
      const share = end > begin ? Math.min(1, Math.max(0, (along - begin) / (end - begin))) : 1;
      cursor.lon = lon[segment]! + share * (lon[segment + 1]! - lon[segment]!);
      cursor.lat = lat[segment]! + share * (lat[segment + 1]! - lat[segment]!);
      if (turned !== segment && end > begin) {
        turned = segment;
        cursor.heading = bearing(lon[segment]!, lat[segment]!, lon[segment + 1]!, lat[segment + 1]!);
      }
    },
  };
  return cursor;
}

/** Plane geometry: segments of roads are short. */
function bearing(fromLon: number, fromLat: number, toLon: number, toLat: number): number {
  const east = (toLon - fromLon) * Math.cos((fromLat * Math.PI) / 180);
  return ((Math.atan2(east, toLat - fromLat) * 180) / Math.PI + 360) % 360;
}
