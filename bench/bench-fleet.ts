import { createDataset, type Dataset, probeLine } from '../src/dataset.ts';

/** Sample times begin here, so that payloads are as long as real ones. */
const FIRST_MS = 1_700_000_000_000;
const EVERY_SECONDS = 30;

/**
 * A dataset in which every device has as many fixes as the others: a slow drift over Gothenburg, so that no two payloads
 * are the same. What is measured is sending, not driving. On the wire an update of it is some 120 bytes.
 */
export async function writeFleet(dir: string, devices: number, fixesEach: number): Promise<Dataset> {
  const writer = await createDataset(dir, {
    partitions: 1,
    everySeconds: EVERY_SECONDS,
    source: { kind: 'bench', devices, fixesEach },
  });
  const last = FIRST_MS + (fixesEach - 1) * EVERY_SECONDS * 1000;
  for (let i = 0; i < devices; i++) {
    let lines = '';
    for (let n = 0; n < fixesEach; n++) {
      const [lon, lat] = [11.97 + ((i * 7919 + n) % 30_000) / 1e6, 57.7 + ((i * 104_729 + n) % 30_000) / 1e6];
      const at = FIRST_MS + n * EVERY_SECONDS * 1000;
      lines += probeLine(deviceId(i), at, 'traveling', Number(lon.toFixed(6)), Number(lat.toFixed(6)));
    }
    await writer.write(0, lines);
    writer.device(deviceId(i), 0, fixesEach, FIRST_MS, last);
  }
  return writer.finish();
}

export function deviceId(i: number): string {
  return `SLE-${1000 + i}`;
}
