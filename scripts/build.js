// Builds everything that `bin/run.js` needs into dist/.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });

await import('./build-packages.js');
await import('./build-framework.js');

// What editors know of a scenario file.
const { scenarioSchema } = await import('../dist/src/run/scenario/schema.js');
writeFileSync('dist/scenario.schema.json', `${JSON.stringify(scenarioSchema(), null, 2)}\n`);

// The map page.
execFileSync('node_modules/.bin/vite', ['build', 'web', '--logLevel', 'warn'], { stdio: 'inherit' });

// The default map for each vehicle: the roads that the package geojson-path-finder carries, as simctl's own compact graph.
const { mapFromGeoJson } = await import('../dist/src/generator/map/from-geojson.js');
const { encodeMap } = await import('../dist/src/generator/map/map-file.js');
const roads = JSON.parse(readFileSync('node_modules/geojson-path-finder/test/large-network.json', 'utf8'));
const { VEHICLES } = await import('../dist/src/generator/map/vehicles.js');
const naming = { name: 'gothenburg', attribution: '© OpenStreetMap contributors, ODbL 1.0' };
mkdirSync('dist/maps', { recursive: true });
for (const [vehicle, rules] of Object.entries(VEHICLES)) {
  const file = vehicle === 'car' ? 'gothenburg.graph' : `gothenburg-${vehicle}.graph`;
  writeFileSync(`dist/maps/${file}`, encodeMap(mapFromGeoJson(naming, roads, rules)));
}
