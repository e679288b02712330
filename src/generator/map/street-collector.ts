import { growing } from './growing.ts';
import type { Passage } from './read-tags.ts';
import type { Streets, TurnBan } from './streets.ts';

/** Gathers ways of vertices that are numbered already. */
export interface StreetCollector {
  /** A way over vertices; repeats are left out. @returns its number, or undefined where it has no length. */
  add(vertices: ArrayLike<number>, passage: Passage): number | undefined;
  readonly length: number;
  streets(vertices: Pick<Streets, 'lon' | 'lat' | 'kind' | 'barrier'>, bans: readonly TurnBan[]): Streets;
}

export function collectStreets(): StreetCollector {
  const [firstVertex, vertex] = [growing(Uint32Array), growing(Uint32Array)];
  const [roadClass, local] = [growing(Uint8Array), growing(Uint8Array)];
  const [forward, backward, ease] = [growing(Float32Array), growing(Float32Array), growing(Float32Array)];
  return {
    add(vertices, passage) {
      const begin = vertex.length;
      if (!hasLength(vertices)) return undefined;
      for (let i = 0; i < vertices.length; i++) {
        if (i === 0 || vertices[i] !== vertices[i - 1]) vertex.push(vertices[i]!);
      }
      firstVertex.push(begin);
      roadClass.push(passage.roadClass);
      local.push(passage.local ? 1 : 0);
      forward.push(passage.forward);
      backward.push(passage.backward);
      ease.push(passage.ease);
      return roadClass.length - 1;
    },
    get length() {
      return roadClass.length;
    },
    streets(vertices, bans) {
      firstVertex.push(vertex.length);
      return {
        ...vertices,
        firstVertex: firstVertex.done(),
        vertex: vertex.done(),
        roadClass: roadClass.done(),
        forward: forward.done(),
        backward: backward.done(),
        ease: ease.done(),
        local: local.done(),
        bans,
      };
    },
  };
}

function hasLength(vertices: ArrayLike<number>): boolean {
  for (let i = 1; i < vertices.length; i++) if (vertices[i] !== vertices[0]) return true;
  return false;
}
