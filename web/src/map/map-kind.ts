/** Which map: MapLibre on the GPU, or a lighter one on a plain canvas where there is no WebGL or it is not wanted. */
import { useState } from 'react';

export type MapKind = 'gl' | 'light';

const STORED_AS = 'simctl-map-kind';

export function useMapKind(): readonly [MapKind, (kind: MapKind) => void] {
  const [kind, setKind] = useState<MapKind>(() =>
    localStorage.getItem(STORED_AS) === 'light' || !hasWebGl() ? 'light' : 'gl',
  );
  const choose = (chosen: MapKind) => {
    localStorage.setItem(STORED_AS, chosen);
    setKind(chosen === 'gl' && !hasWebGl() ? 'light' : chosen);
  };
  return [kind, choose];
}

/** MapLibre needs WebGL 2. */
function hasWebGl(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null;
  } catch {
    return false;
  }
}
