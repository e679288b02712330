import { Layer, Source } from '@vis.gl/react-maplibre';
import { useMemo } from 'react';
import type { Trail } from '../trail/use-trail.ts';
import type { Colours } from './colours.ts';
import { trailShape } from './on-map.ts';

interface TrailLayersProps {
  readonly trail: Trail | undefined;
  readonly colours: Colours;
  /** The layer that stays above them. */
  readonly before: string;
}

/** Where a device has been since its dispatch: a line, its fixes from close by, its stops, and where it began. */
export function TrailLayers({ trail, colours, before }: TrailLayersProps) {
  const fixes = trail?.fixes;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape changes with the fixes
  const data = useMemo(() => trailShape(trail), [fixes]);
  const { halo, trail: line, standing } = colours;
  return (
    <Source id="trail" type="geojson" data={data}>
      <Layer
        beforeId={before}
        id="trail-halo"
        type="line"
        filter={['==', ['get', 'kind'], 'line']}
        layout={{ 'line-cap': 'round', 'line-join': 'round' }}
        paint={{ 'line-color': halo, 'line-width': 7, 'line-opacity': 0.8 }}
      />
      <Layer
        beforeId={before}
        id="trail-line"
        type="line"
        filter={['==', ['get', 'kind'], 'line']}
        layout={{ 'line-cap': 'round', 'line-join': 'round' }}
        paint={{ 'line-color': line, 'line-width': 3.5, 'line-opacity': 0.75 }}
      />
      <Layer
        beforeId={before}
        id="trail-fixes"
        type="circle"
        minzoom={13}
        filter={['==', ['get', 'kind'], 'fix']}
        paint={{ 'circle-radius': 2.5, 'circle-color': halo, 'circle-stroke-color': line, 'circle-stroke-width': 1.5 }}
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
  );
}
