/** The devices on a plain canvas: each a small picture made once, for its state and one of sixteen headings. */
import { type State, stateOf } from '../fleet/census.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { toX, toY } from '../fleet/geo.ts';
import type { Trail } from '../trail/use-trail.ts';
import type { Colours } from './colours.ts';
import { type Look, radiusAt } from './device-layer.ts';

/** Where the canvas lies: pixels of the world's width at its zoom, and its own corner in them. */
export interface Frame {
  readonly zoom: number;
  readonly worldPx: number;
  readonly left: number;
  readonly top: number;
}

const HEADINGS = 16;
const STATES: readonly State[] = ['moving', 'standing', 'stale'];

export function lightDevices(fleet: Fleet, look: Look) {
  // By state and heading; `-1`, no heading, comes first.
  const pictures: (HTMLCanvasElement | undefined)[] = [];
  let made = '';

  /** @param heading in sixteenths of a turn; -1: none is shown */
  function picture(state: State, heading: number, radius: number): HTMLCanvasElement {
    const at = STATES.indexOf(state) * (HEADINGS + 1) + heading + 1;
    const picture = pictures[at] ?? paint(state, heading, radius, look.colours);
    pictures[at] = picture;
    return picture;
  }

  return {
    draw(canvas: HTMLCanvasElement, { zoom, worldPx, left, top }: Frame, trail: Trail | undefined): void {
      const ratio = canvas.width / canvas.clientWidth;
      const context = canvas.getContext('2d')!;
      const now = Date.now();
      const sampleNow = look.sampleNow(now) ?? 0;
      const radius = radiusAt(zoom) * ratio;
      const style = `${radius} ${look.colours.moving}`;
      if (style !== made) pictures.length = 0;
      made = style;
      context.clearRect(0, 0, canvas.width, canvas.height);
      const x = (plane: number) => (plane * worldPx - left) * ratio;
      const y = (plane: number) => (plane * worldPx - top) * ratio;
      if (trail)
        drawTrail(
          context,
          trail,
          look.colours,
          ratio,
          (longitude) => x(toX(longitude)),
          (latitude) => y(toY(latitude)),
        );
      const drawOne = (index: number, scale: number) => {
        const [planeX, planeY] = fleet.planeAt(index, now);
        const [atX, atY] = [x(planeX), y(planeY)];
        if (atX < -20 || atY < -20 || atX > canvas.width + 20 || atY > canvas.height + 20) return undefined;
        const state = stateOf(fleet, index, sampleNow);
        const heading = state === 'moving' ? fleet.heading(index) : undefined;
        const turn = heading === undefined ? -1 : Math.round(heading / 22.5) % HEADINGS;
        const image = picture(state, turn, radius);
        const size = image.width * scale;
        context.drawImage(image, atX - size / 2, atY - size / 2, size, size);
        return [atX, atY] as const;
      };
      for (let index = 0; index < fleet.count; index++) {
        const faded = look.tracker >= 0 && fleet.trackerIndex(index) !== look.tracker;
        context.globalAlpha = faded ? look.colours.faded : 1;
        drawOne(index, 1);
      }
      context.globalAlpha = 1;
      const at = look.selected >= 0 ? drawOne(look.selected, 1.5) : undefined;
      if (at === undefined) return;
      context.strokeStyle = look.colours.moving;
      context.lineWidth = 2.5 * ratio;
      context.beginPath();
      context.arc(at[0], at[1], radius * 3.4, 0, 2 * Math.PI);
      context.stroke();
    },
  };
}

function paint(state: State, heading: number, radius: number, colours: Colours) {
  const canvas = document.createElement('canvas');
  const half = Math.ceil(radius * 1.9 + 3);
  canvas.width = canvas.height = half * 2;
  const context = canvas.getContext('2d')!;
  context.translate(half, half);
  context.rotate((Math.max(0, heading) / HEADINGS) * 2 * Math.PI);
  const r = state === 'moving' ? radius : radius * 0.85;
  context.beginPath();
  // The same drop as on the GPU: its sides touch the disc, its tip is 1.75 radii ahead.
  const side = Math.acos(1 / 1.75);
  if (heading >= 0) {
    context.moveTo(0, -1.75 * r);
    context.arc(0, 0, r, side - Math.PI / 2, 1.5 * Math.PI - side);
    context.closePath();
  } else {
    context.arc(0, 0, r, 0, 2 * Math.PI);
  }
  context.strokeStyle = colours.halo;
  context.lineWidth = Math.max(2, r * 0.5);
  context.stroke();
  context.fillStyle = state === 'stale' ? colours.halo : colours[state];
  context.fill();
  if (state === 'stale') {
    context.strokeStyle = colours.stale;
    context.lineWidth = Math.max(1.5, r * 0.45);
    context.stroke();
  }
  return canvas;
}

function drawTrail(
  context: CanvasRenderingContext2D,
  { fixes, progress }: Trail,
  colours: Colours,
  ratio: number,
  x: (longitude: number) => number,
  y: (latitude: number) => number,
): void {
  context.beginPath();
  for (const [n, { position }] of fixes.entries()) {
    if (n === 0) context.moveTo(x(position[0]), y(position[1]));
    else context.lineTo(x(position[0]), y(position[1]));
  }
  context.strokeStyle = colours.trail;
  context.lineWidth = 3.5 * ratio;
  context.lineJoin = 'round';
  context.globalAlpha = 0.75;
  context.stroke();
  context.globalAlpha = 1;
  for (const { position } of [...fixes.slice(0, 1), ...(progress?.stops ?? [])]) {
    context.beginPath();
    context.arc(x(position[0]), y(position[1]), 5 * ratio, 0, 2 * Math.PI);
    context.fillStyle = colours.halo;
    context.fill();
    context.lineWidth = 2 * ratio;
    context.stroke();
  }
}
