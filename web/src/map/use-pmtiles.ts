/** PMTiles, where the page is told of one: MapLibre learns to read them, and we learn which layers there are. */
import * as maplibre from 'maplibre-gl';
import { useEffect, useState } from 'react';
import type { BaseMap } from '../config.ts';

/** @returns the layers of its tiles; undefined where the base map is none of PMTiles */
export function usePmtiles(map: BaseMap | null): ReadonlySet<string> | undefined | 'pending' {
  const address = map && 'pmtiles' in map ? map.pmtiles : undefined;
  const [holds, setHolds] = useState<ReadonlySet<string> | undefined | 'pending'>(address ? 'pending' : undefined);
  useEffect(() => {
    if (address === undefined) return;
    void (async () => {
      const { PMTiles, Protocol } = await import('pmtiles');
      const url = new URL(address, document.baseURI).href;
      const archive = new PMTiles(url);
      const protocol = new Protocol();
      protocol.add(archive);
      maplibre.addProtocol('pmtiles', protocol.tile);
      const metadata = (await archive.getMetadata().catch(() => ({}))) as { vector_layers?: { id: string }[] };
      setHolds(new Set(metadata.vector_layers?.map(({ id }) => id) ?? ['roads']));
    })();
    return () => maplibre.removeProtocol('pmtiles');
  }, [address]);
  return holds;
}
