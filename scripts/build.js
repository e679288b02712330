// Builds everything that `bin/run.js` needs into dist/.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });

// The default map: the roads that the package geojson-path-finder carries, as simctl's own compact graph.
const { mapFromGeoJson } = await import('../dist/src/generator/map/from-geojson.js');
const { encodeMap } = await import('../dist/src/generator/map/map-file.js');
const roads = JSON.parse(readFileSync('node_modules/geojson-path-finder/test/large-network.json', 'utf8'));
const naming = { name: 'gothenburg', attribution: '© OpenStreetMap contributors, ODbL 1.0' };
mkdirSync('dist/maps', { recursive: true });
writeFileSync('dist/maps/gothenburg.graph', encodeMap(mapFromGeoJson(naming, roads)));
