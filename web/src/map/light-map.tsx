/** The map without WebGL: Leaflet, its tiles and the devices on plain canvases, ten frames a second at most. */
import 'leaflet/dist/leaflet.css';
import Box from '@mui/material/Box';
import { Map as LeafletMap, type LeafletMouseEvent } from 'leaflet';
import { useEffect, useRef } from 'react';
import { usePage } from '../page-context.ts';
import { type Frame, lightDevices } from './light-devices.ts';
import { corners, LightRoads } from './light-roads.ts';
import { MapButtons } from './map-buttons.tsx';
import { boundsOf, CLOSE_ZOOM, type MapProps, nearestTo, REACH_PX, useLook } from './on-map.ts';

const FRAME_MS = 100;
/** Leaflet's tiles are half as wide as MapLibre's: the same scale is one zoom more. */
const TILE_PX = 256;
const LEAFLET_ZOOM = 1;

export default function LightMap(props: MapProps) {
  const { colours, tracker, selected, following, trail, onPick, onFollow } = props;
  const { config, watcher } = usePage();
  const { fleet } = watcher;
  const container = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = useRef<LeafletMap>(null);
  const roads = useRef<LightRoads>(null);
  const look = useLook(props);
  const latest = useRef({ trail, onPick, onFollow });
  latest.current = { trail, onPick, onFollow };

  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes goes through refs
  useEffect(() => {
    const made = new LeafletMap(container.current!, { zoomControl: false, zoomAnimation: false });
    map.current = made;
    made.attributionControl.setPrefix(false);
    made.fitBounds(corners(config.map?.bounds ?? [-60, -50, 60, 60]));
    const base = config.map;
    if (base && 'tiles' in base) roads.current = new LightRoads(base, colours).addTo(made);
    else if (base?.attribution) made.attributionControl.addAttribution(base.attribution);

    const painter = lightDevices(fleet, look);
    const draw = () => {
      const target = canvas.current;
      if (!target || document.visibilityState === 'hidden') return;
      fitCanvas(target);
      painter.draw(target, frameOf(made), latest.current.trail);
    };
    const timer = setInterval(() => requestAnimationFrame(draw), FRAME_MS);
    made.on('move zoom resize', draw);
    made.on('dragstart', () => latest.current.onFollow(false));
    made.on('click', ({ latlng }: LeafletMouseEvent) => {
      const within = REACH_PX / frameOf(made).worldPx;
      const index = nearestTo(fleet, [latlng.lng, latlng.lat], within, Date.now());
      if (index !== undefined) latest.current.onPick(fleet.ids[index]!);
    });
    const sizes = new ResizeObserver(() => made.invalidateSize());
    sizes.observe(container.current!);
    return () => {
      clearInterval(timer);
      sizes.disconnect();
      made.remove();
    };
  }, []);

  useEffect(() => roads.current?.recolour(colours), [colours]);

  const fit = () => {
    const bounds = boundsOf(fleet, tracker);
    if (bounds) map.current?.fitBounds(corners(bounds), { padding: [32, 32], maxZoom: 16 });
  };
  const known = tracker === undefined ? fleet.count > 0 : fleet.trackers.includes(tracker);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, and with each group
  useEffect(() => {
    if (selected !== undefined || !known) return;
    const timer = setTimeout(fit, 600);
    return () => clearTimeout(timer);
  }, [tracker, selected === undefined, known]);

  useEffect(() => {
    if (selected === undefined || !following) return;
    const step = () => {
      const [longitude, latitude] = fleet.shownAt(selected, Date.now());
      const zoom = Math.max(map.current!.getZoom(), Math.round(CLOSE_ZOOM) + LEAFLET_ZOOM);
      map.current?.setView([latitude, longitude], zoom, { animate: false });
    };
    step();
    const timer = setInterval(step, 1_000);
    return () => clearInterval(timer);
  }, [fleet, selected, following]);

  return (
    <Box sx={{ position: 'absolute', inset: 0, bgcolor: colours.land }}>
      {/* Its classes never change: Leaflet's own among them, which hide what sticks out, would be gone. */}
      <Box
        ref={container}
        aria-label="Map"
        role="region"
        sx={{ position: 'absolute', inset: 0, zIndex: 0 }}
        style={{ background: 'none' }}
      />
      <Box
        component="canvas"
        ref={canvas}
        aria-hidden
        sx={{ position: 'absolute', inset: 0, width: '100%', height: '100%', pointerEvents: 'none', zIndex: 1 }}
      />
      <MapButtons
        onZoom={(by) => map.current?.setZoom(map.current.getZoom() + by)}
        onFit={() => {
          onFollow(false);
          fit();
        }}
        following={selected === undefined ? undefined : following}
        onFollow={onFollow}
      />
    </Box>
  );
}

function frameOf(map: LeafletMap): Frame {
  const { x = 0, y = 0 } = map.getPixelBounds().min ?? {};
  const zoom = map.getZoom();
  return { zoom: zoom - LEAFLET_ZOOM, worldPx: TILE_PX * 2 ** zoom, left: x, top: y };
}

function fitCanvas(canvas: HTMLCanvasElement): void {
  const ratio = Math.min(2, devicePixelRatio);
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}
