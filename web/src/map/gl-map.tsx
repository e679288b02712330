/** The map on the GPU: MapLibre, the base map's style, and two things of ours on it: the trail and the devices. */
import 'maplibre-gl/dist/maplibre-gl.css';
import Box from '@mui/material/Box';
import { AttributionControl, Layer, type MapRef, Map as ReactMap } from '@vis.gl/react-maplibre';
import * as maplibre from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { Fleet } from '../fleet/fleet.ts';
import { usePage } from '../page-context.ts';
import { baseStyle } from './base-style.ts';
import { DEVICE_LAYER, deviceLayer, type Look } from './device-layer.ts';
import { MapButtons } from './map-buttons.tsx';
import { boundsOf, CLOSE_ZOOM, type MapProps, nearestTo, REACH_PX, useLook } from './on-map.ts';
import { TrailLayers } from './trail-layers.tsx';
import { usePmtiles } from './use-pmtiles.ts';

maplibre.setWorkerUrl(workerUrl);

const FIT = { padding: 48, maxZoom: 15 } as const;

export default function GlMap(props: MapProps) {
  const { colours, tracker, selected, trail, following, onFollow, onPick } = props;
  const { config, watcher } = usePage();
  const { fleet } = watcher;
  const map = useRef<MapRef>(null);
  const [hovered, setHovered] = useState<{ id: string; x: number; y: number }>();
  const look = useLook(props);
  const devices = useMemo(() => deviceLayer(fleet, look), [fleet, look]);
  const holds = usePmtiles(config.map);
  const style = useMemo(() => {
    const { map: base } = config;
    if (base && 'style' in base) return colours.dark ? (base.darkStyle ?? base.style) : base.style;
    return holds === 'pending' ? baseStyle(null, colours) : baseStyle(base, colours, holds);
  }, [config, colours, holds]);

  useRepaintOnChange(map, watcher.fleet, look);
  useFollow(map, fleet, selected, following);
  useFit(map, fleet, tracker, selected);

  const at = (point: { lng: number; lat: number }) => {
    const within = REACH_PX / (512 * 2 ** (map.current?.getZoom() ?? 0));
    return nearestTo(fleet, [point.lng, point.lat], within, Date.now());
  };

  return (
    <ReactMap
      ref={map}
      mapLib={maplibre}
      mapStyle={style}
      initialViewState={
        config.map?.bounds ? { bounds: [...config.map.bounds], fitBoundsOptions: { padding: 24 } } : { zoom: 2 }
      }
      attributionControl={false}
      dragRotate={false}
      touchPitch={false}
      maxPitch={0}
      renderWorldCopies={false}
      cursor={hovered ? 'pointer' : 'grab'}
      onClick={({ lngLat }) => {
        const index = at(lngLat);
        if (index !== undefined) onPick(fleet.ids[index]!);
      }}
      onMouseMove={({ lngLat, point }) => {
        const index = at(lngLat);
        setHovered(index === undefined ? undefined : { id: fleet.ids[index]!, x: point.x, y: point.y });
      }}
      onMouseOut={() => setHovered(undefined)}
      onDragStart={() => onFollow(false)}
    >
      <Layer {...devices} />
      <TrailLayers trail={trail} selected={selected} colours={colours} before={DEVICE_LAYER} />
      <AttributionControl
        compact={false}
        customAttribution={config.map?.attribution && 'style' in config.map ? config.map.attribution : []}
      />
      <MapButtons
        onZoom={(by) => map.current?.zoomTo(map.current.getZoom() + by)}
        onFit={() => {
          onFollow(false);
          fit(map.current, fleet, tracker);
        }}
        following={selected === undefined ? undefined : following}
        onFollow={onFollow}
      />
      {hovered && <DeviceTip {...hovered} />}
    </ReactMap>
  );
}

function fit(map: MapRef | null, fleet: Fleet, tracker: string | undefined): void {
  const bounds = boundsOf(fleet, tracker);
  if (bounds) map?.fitBounds([...bounds], FIT);
}

/** The first time that there is something to fit, and with each group; a device is followed instead. */
function useFit(map: RefObject<MapRef | null>, fleet: Fleet, tracker: string | undefined, device: number | undefined) {
  const known = tracker === undefined ? fleet.count > 0 : fleet.trackers.includes(tracker);
  const free = device === undefined;
  useEffect(() => {
    if (!free || !known) return;
    // The first page of a list is not the fleet yet.
    const timer = setTimeout(() => fit(map.current, fleet, tracker), 600);
    return () => clearTimeout(timer);
  }, [map, fleet, tracker, free, known]);
}

/** Keeps the device in the middle, as smoothly as its marker glides. */
function useFollow(map: RefObject<MapRef | null>, fleet: Fleet, device: number | undefined, following: boolean) {
  useEffect(() => {
    if (device === undefined || !following) return;
    const step = (duration: number) => {
      const target = map.current;
      if (!target || document.visibilityState === 'hidden') return;
      const center = fleet.shownAt(device, Date.now() + duration);
      target.easeTo({ center, duration, easing: (t) => t, zoom: Math.max(target.getZoom(), CLOSE_ZOOM) });
    };
    step(600);
    const timer = setInterval(step, 1_000, 1_000);
    return () => clearInterval(timer);
  }, [map, fleet, device, following]);
}

/** A still map is not drawn at all; this wakes it where something has changed. */
function useRepaintOnChange(map: RefObject<MapRef | null>, fleet: Fleet, look: Look) {
  useEffect(() => {
    let drawn = -1;
    // Fast enough for a glide to begin unnoticed; a glide itself goes on with each frame.
    const timer = setInterval(() => {
      const target = map.current?.getMap();
      if (!target || document.visibilityState === 'hidden') return;
      // Ages change without any news, and a device that has gone stale looks different.
      const stamp = fleet.version * 64 + (Math.floor(Date.now() / 2_000) % 64);
      if (stamp === drawn) return;
      drawn = stamp;
      target.triggerRepaint();
    }, 50);
    return () => clearInterval(timer);
  }, [map, fleet]);
  const { colours, tracker, selected } = look;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what the layer draws
  useEffect(() => map.current?.getMap().triggerRepaint(), [map, colours, tracker, selected]);
}

function DeviceTip({ id, x, y }: { id: string; x: number; y: number }) {
  return (
    <Box
      aria-hidden
      sx={{
        position: 'absolute',
        left: 0,
        top: 0,
        px: 1,
        py: 0.25,
        borderRadius: 1,
        bgcolor: 'background.paper',
        color: 'text.primary',
        boxShadow: 3,
        fontSize: '0.8125rem',
        fontWeight: 600,
        pointerEvents: 'none',
        whiteSpace: 'nowrap',
      }}
      style={{ transform: `translate(${x + 12}px, ${y - 32}px)` }}
    >
      {id}
    </Box>
  );
}
