import type { MapProps } from './on-map.ts';

export default function LightMap(_: MapProps) {
  return null;
}
