#!/usr/bin/env node
// As trip-simulator 3.0.1 is called and as it writes: files are appended to, every second has a probe of every vehicle.
// Where it drives is of no interest. FAKE says what shall go wrong.
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const names = ['config', 'pbf', 'graph', 'agents', 'start', 'seconds', 'probes', 'traces', 'trips', 'changes'];
const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) });
for (const name of names.slice(0, 6)) if (!values[name]) throw new Error(`specify ${name}`);
const fake = process.env.FAKE ?? '';

if (fake === 'fails' && values.probes.includes('1.')) {
  process.stderr.write('required input files are missing, cannot continue\n');
  process.exit(1);
}
if (fake === 'hangs') setInterval(() => {}, 1000);
else drive();

function drive() {
  // The tool draws at random; here each process has its own, so that they are shared where that is asked for alone.
  const process = /([0-9]+)\.probes$/.exec(values.probes)?.[1] ?? '0';
  const id = (n) => (fake === 'shared' && n === 0 ? 'AAA-0000' : `FAK-${process}${String(n).padStart(3, '0')}`);
  const ids = Array.from({ length: Number(values.agents) }, (_, n) => id(n));
  const start = fake === 'old' ? Number(values.seconds) : Number(values.start);
  const point = (n, second) => ({ type: 'Point', coordinates: [-86.78 + n / 1000, 36.16 + second / 100_000 + 1e-13] });
  const write = (file, value) => file && appendFileSync(file, `${JSON.stringify(value)}\n`);
  const seconds = fake === 'short' ? Number(values.seconds) - 1 : Number(values.seconds);
  for (let second = 1; second <= seconds; second++) {
    const time = start + second * 1000;
    for (const [n, of] of ids.entries()) {
      const properties = { id: of, time, status: 'traveling' };
      write(values.probes, { type: 'Feature', properties, geometry: point(n, second) });
      if (second % 10 === n) {
        const location = { type: 'Feature', properties: {}, geometry: point(n, second) };
        const event = { vehicle_id: of, event_time: time, event_type: 'available', event_type_reason: 'user_drop_off' };
        write(values.changes, { ...event, event_location: location });
        const trip = {
          vehicle_id: of,
          trip_duration: 9.5,
          trip_distance: 80,
          start_time: time - 9500,
          end_time: time - 500.5,
        };
        write(values.trips, { ...trip, route: { type: 'FeatureCollection', features: [] } });
      }
    }
  }
  if (fake !== 'quiet')
    write(values.traces, { type: 'Feature', properties: { d: 1 }, geometry: { type: 'LineString', coordinates: [] } });
}
