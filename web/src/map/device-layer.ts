/**
 * The devices as one draw call of points: a MapLibre layer of our own. A vertex shader moves them, so that a frame costs
 * no scripting for any of them, and an update costs what was changed. A GeoJSON source would be cloned to a worker and cut
 * into tiles with each update.
 */
import type { CustomLayerInterface, CustomRenderMethodInput, Map as GlMap } from 'maplibre-gl';
import { type Fleet, VERTEX } from '../fleet/fleet.ts';
import type { Colours } from './colours.ts';
import { FRAGMENT_SHADER, VERTEX_SHADER } from './device-shaders.ts';

/** What is to be seen of the fleet; changed in place by whoever draws it. */
export interface Look {
  colours: Colours;
  /** The group that is looked at, an index into the fleet's trackers; -1: all. */
  tracker: number;
  /** The device that is looked at; -1: none. */
  selected: number;
  /** ms of sample time without an update after which a device is stale. */
  staleMs: number;
  /** The run's sample clock, epoch ms. */
  sampleNow: (wall: number) => number | undefined;
}

const ATTRIBUTES = [
  ['a_from', 2, VERTEX.from],
  ['a_to', 2, VERTEX.to],
  ['a_glide', 2, VERTEX.begin],
  ['a_heading', 1, VERTEX.heading],
  ['a_sample', 1, VERTEX.sample],
  ['a_speed', 1, VERTEX.speed],
  ['a_tracker', 1, VERTEX.tracker],
] as const;

const FLOAT_BYTES = 4;
const STRIDE = VERTEX.size * FLOAT_BYTES;

export const DEVICE_LAYER = 'devices';

export function deviceLayer(fleet: Fleet, look: Look): CustomLayerInterface {
  let map: GlMap | undefined;
  let program: WebGLProgram | undefined;
  let buffer: WebGLBuffer | undefined;
  let array: WebGLVertexArrayObject | undefined;
  let uploaded: Float32Array | undefined;
  let uniforms: (name: string) => WebGLUniformLocation | null = () => null;

  function upload(gl: WebGL2RenderingContext): void {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer!);
    const changed = fleet.takeChanged();
    if (uploaded !== fleet.vertices) {
      uploaded = fleet.vertices;
      gl.bufferData(gl.ARRAY_BUFFER, uploaded, gl.DYNAMIC_DRAW);
    } else if (changed) {
      const [first, end] = changed;
      const part = uploaded.subarray(first * VERTEX.size, end * VERTEX.size);
      gl.bufferSubData(gl.ARRAY_BUFFER, first * STRIDE, part);
    }
  }

  return {
    id: DEVICE_LAYER,
    type: 'custom',
    renderingMode: '2d',
    onAdd(added, gl) {
      map = added;
      const gl2 = gl as WebGL2RenderingContext;
      program = link(gl2, VERTEX_SHADER, FRAGMENT_SHADER);
      buffer = gl2.createBuffer();
      array = gl2.createVertexArray();
      uploaded = undefined;
      gl2.bindVertexArray(array);
      gl2.bindBuffer(gl2.ARRAY_BUFFER, buffer);
      for (const [name, size, offset] of ATTRIBUTES) {
        const at = gl2.getAttribLocation(program, name);
        gl2.enableVertexAttribArray(at);
        gl2.vertexAttribPointer(at, size, gl2.FLOAT, false, STRIDE, offset * FLOAT_BYTES);
      }
      gl2.bindVertexArray(null);
      const found = new Map<string, WebGLUniformLocation | null>();
      uniforms = (name) => {
        if (!found.has(name)) found.set(name, gl2.getUniformLocation(program!, name));
        return found.get(name)!;
      };
    },
    onRemove(_, gl) {
      const gl2 = gl as WebGL2RenderingContext;
      gl2.deleteBuffer(buffer!);
      gl2.deleteVertexArray(array!);
      gl2.deleteProgram(program!);
    },
    render(gl, { defaultProjectionData }: CustomRenderMethodInput) {
      if (fleet.count === 0 || !map) return;
      const gl2 = gl as WebGL2RenderingContext;
      const now = Date.now();
      const { colours, tracker, selected, staleMs } = look;
      upload(gl2);
      // biome-ignore lint/correctness/useHookAtTopLevel: WebGL's, not React's
      gl2.useProgram(program!);
      gl2.bindVertexArray(array!);
      gl2.uniformMatrix4fv(uniforms('u_matrix'), false, fromOrigin(defaultProjectionData.mainMatrix, fleet.origin));
      gl2.uniform1f(uniforms('u_now'), (now - fleet.epoch) / 1000);
      const sampleNow = look.sampleNow(now) ?? fleet.sampleEpoch;
      gl2.uniform1f(uniforms('u_stale'), (sampleNow - staleMs - fleet.sampleEpoch) / 1000);
      gl2.uniform1f(uniforms('u_radius'), radiusAt(map.getZoom()) * map.getPixelRatio());
      gl2.uniform1f(uniforms('u_bearing'), map.getBearing());
      gl2.uniform1f(uniforms('u_tracker'), tracker);
      gl2.uniform1f(uniforms('u_faded'), colours.faded);
      gl2.uniform1f(uniforms('u_noses'), map.getZoom() >= NOSES_FROM ? 1 : 0);
      for (const [name, value] of palette(colours)) {
        gl2.uniform3fv(uniforms(name), value);
      }
      gl2.enable(gl2.BLEND);
      gl2.blendFunc(gl2.ONE, gl2.ONE_MINUS_SRC_ALPHA);
      gl2.disable(gl2.DEPTH_TEST);
      gl2.disable(gl2.STENCIL_TEST);
      gl2.uniform1f(uniforms('u_selected'), 0);
      gl2.drawArrays(gl2.POINTS, 0, fleet.count);
      if (selected >= 0) {
        gl2.uniform1f(uniforms('u_selected'), 1);
        gl2.drawArrays(gl2.POINTS, selected, 1);
      }
      gl2.bindVertexArray(null);
      if (now < fleet.restsAt) map.triggerRepaint();
    },
  };
}

/** From this zoom on markers show where they are heading. */
const NOSES_FROM = 11.5;

/** CSS pixels. */
export function radiusAt(zoom: number): number {
  return Math.min(9, Math.max(2.4, 2.4 + (zoom - 9.5) * 0.85));
}

/** In doubles: a float holds a position in the world to a metre or two, but one in the fleet's area to millimetres. */
function fromOrigin(matrix: ArrayLike<number>, [x, y]: readonly [number, number]): Float32Array {
  const moved = Float32Array.from(matrix);
  for (let row = 0; row < 4; row++) moved[12 + row] = matrix[row]! * x + matrix[4 + row]! * y + matrix[12 + row]!;
  return moved;
}

const palettes = new WeakMap<Colours, [uniform: string, rgb: Float32Array][]>();

function palette(colours: Colours): [uniform: string, rgb: Float32Array][] {
  const known = palettes.get(colours);
  if (known) return known;
  const { moving, standing, stale, halo } = colours;
  const made = Object.entries({ u_moving: moving, u_standing: standing, u_stale_colour: stale, u_halo: halo }).map(
    ([uniform, colour]): [string, Float32Array] => [uniform, rgb(colour)],
  );
  palettes.set(colours, made);
  return made;
}

/** @param colour as #rrggbb @returns 0 to 1 each */
function rgb(colour: string): Float32Array {
  const value = Number.parseInt(colour.slice(1), 16);
  return Float32Array.of((value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255);
}

function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(`shader: ${gl.getShaderInfoLog(shader)}`);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`shaders: ${gl.getProgramInfoLog(program)}`);
  return program;
}
