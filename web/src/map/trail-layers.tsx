import { Layer, Source, useMap } from '@vis.gl/react-maplibre';
import type { GeoJSONSource } from 'maplibre-gl';
import { useEffect, useMemo } from 'react';
import { usePage } from '../page-context.ts';
import type { Trail } from '../trail/use-trail.ts';
import type { Colours } from './colours.ts';
import { trailEnd, trailShape } from './on-map.ts';

interface TrailLayersProps {
  readonly trail: Trail | undefined;
  readonly selected: number | undefined;
  readonly colours: Colours;
  /** The layer that stays above them. */
  readonly before: string;
}

const NOTHING = { type: 'LineString', coordinates: [] } as { type: 'LineString'; coordinates: number[][] };
const NO_FIXES: Trail['fixes'] = [];
/** Between two steps of the trail's end: it follows a marker that glides. */
const STEP_MS = 100;

/** Where a device has been since its dispatch: a line, its fixes from close by, its stops, and where it began. */
export function TrailLayers({ trail, selected, colours, before }: TrailLayersProps) {
  const fixes = trail?.fixes;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape changes with the fixes
  const data = useMemo(() => trailShape(trail), [fixes]);
  useTrailEnd(fixes ?? NO_FIXES, selected);
  const { halo, trail: line, standing } = colours;
  const below = { 'line-color': halo, 'line-width': 7, 'line-opacity': 0.8 };
  const above = { 'line-color': line, 'line-width': 3.5, 'line-opacity': 0.75 };
  const layout = { 'line-cap': 'round', 'line-join': 'round' } as const;
  return (
    <>
      <Source id="trail-end" type="geojson" data={NOTHING}>
        <Layer beforeId={before} id="trail-end-halo" type="line" layout={layout} paint={below} />
      </Source>
      <Source id="trail" type="geojson" data={data}>
        <Layer
          beforeId={before}
          id="trail-halo"
          type="line"
          filter={['==', ['get', 'kind'], 'line']}
          layout={layout}
          paint={below}
        />
        <Layer
          beforeId={before}
          id="trail-line"
          type="line"
          filter={['==', ['get', 'kind'], 'line']}
          layout={layout}
          paint={above}
        />
        <Layer beforeId={before} id="trail-end-line" source="trail-end" type="line" layout={layout} paint={above} />
        <Layer
          beforeId={before}
          id="trail-fixes"
          type="circle"
          minzoom={13}
          filter={['==', ['get', 'kind'], 'fix']}
          paint={{
            'circle-radius': 2.5,
            'circle-color': halo,
            'circle-stroke-color': line,
            'circle-stroke-width': 1.5,
          }}
        />
        <Layer
          beforeId={before}
          id="trail-stops"
          type="circle"
          filter={['in', ['get', 'kind'], ['literal', ['stop', 'start']]]}
          paint={{
            'circle-radius': 5.5,
            'circle-color': ['match', ['get', 'kind'], 'stop', standing, halo],
            'circle-stroke-color': ['match', ['get', 'kind'], 'stop', halo, line],
            'circle-stroke-width': 2,
          }}
        />
      </Source>
    </>
  );
}

function useTrailEnd(fixes: Trail['fixes'], selected: number | undefined): void {
  const { fleet } = usePage().watcher;
  const { current: map } = useMap();
  useEffect(() => {
    const step = () => {
      const source = map?.getSource('trail-end') as GeoJSONSource | undefined;
      void source?.setData(trailEnd(fixes, fleet, selected, Date.now()));
    };
    step();
    if (selected === undefined) return;
    const timer = setInterval(step, STEP_MS);
    return () => clearInterval(timer);
  }, [map, fleet, fixes, selected]);
}
