/** Device ids as numbers, found by their bytes: no string is made of an id that is known. */
export interface DeviceTable {
  readonly size: number;
  idOf(device: number): string;
  /** The number of the id in bytes[start … end - 1] (ASCII), which is given one if it has none; or −1 unless `add`. */
  find(bytes: Uint8Array, start: number, end: number, add: boolean): number;
  /** The same, of any id. */
  findText(id: string, add: boolean): number;
}

export const NO_DEVICE = -1;

export function newDeviceTable(): DeviceTable {
  const ids: string[] = [];
  // Ids that are not ASCII, or that never were bytes, are here as well: one id has one number.
  const byText = new Map<string, number>();
  let slots = new Int32Array(1024).fill(NO_DEVICE);
  let hashes = new Int32Array(1024);
  let arena = Buffer.alloc(16 * 1024);
  let arenaView = viewOf(arena);
  // Of whoever asked last: mostly it is the same chunk of a log.
  let [asked, view]: [Uint8Array, DataView] = [arena, arenaView];
  const starts: number[] = [0];

  function find(bytes: Uint8Array, start: number, end: number, add: boolean): number {
    if (asked !== bytes) [asked, view] = [bytes, viewOf(bytes)];
    // FNV-1a, four bytes at a time where there are four.
    let hash = 0x811c9dc5 | 0;
    let i = start;
    for (; i + 4 <= end; i += 4) {
      hash = Math.imul(hash ^ view.getInt32(i, true), 0x01000193);
      hash ^= hash >>> 15;
    }
    for (; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    const mask = slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let device = slots[slot]!; device !== NO_DEVICE; device = slots[slot]!) {
      if (hashes[device] === hash && same(device, bytes, start, end)) return device;
      slot = (slot + 1) & mask;
    }
    return add ? addNew(bytes, start, end, hash, slot) : NO_DEVICE;
  }

  function same(device: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = starts[device]!;
    if (starts[device + 1]! - from !== end - start) return false;
    let [i, at] = [start, from];
    for (; i + 4 <= end; i += 4, at += 4) if (arenaView.getInt32(at, true) !== view.getInt32(i, true)) return false;
    for (; i < end; i++, at++) if (arena[at] !== bytes[i]) return false;
    return true;
  }

  function addNew(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const device = ids.length;
    const id = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
    ids.push(id);
    byText.set(id, device);
    const at = starts[device]!;
    if (at + end - start > arena.length) {
      arena = Buffer.concat([arena], 2 * (at + end - start));
      arenaView = viewOf(arena);
    }
    arena.set(bytes.subarray(start, end), at);
    starts.push(at + end - start);
    if (device === hashes.length) {
      const longer = new Int32Array(2 * hashes.length);
      longer.set(hashes);
      hashes = longer;
    }
    hashes[device] = hash;
    slots[slot] = device;
    if (2 * ids.length > slots.length) rehash();
    return device;
  }

  function rehash(): void {
    slots = new Int32Array(2 * slots.length).fill(NO_DEVICE);
    const mask = slots.length - 1;
    for (let device = 0; device < ids.length; device++) {
      const hash = hashes[device]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== NO_DEVICE) slot = (slot + 1) & mask;
      slots[slot] = device;
    }
  }

  return {
    get size() {
      return ids.length;
    },
    idOf: (device) => ids[device]!,
    find,
    findText(id, add) {
      const known = byText.get(id);
      if (known !== undefined) return known;
      const bytes = Buffer.from(id);
      return find(bytes, 0, bytes.length, add);
    },
  };
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
