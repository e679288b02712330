/**
 * Synthesises the backend, once for each ingest design that is named, all three by default, without the network, an
 * account or Docker: `npm run infra:synth [-- lambda|stream|direct …]`.
 */
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { INGEST_DESIGNS, type IngestDesign } from '../src/local/ingest-design.ts';
import { checkApp } from './checks.ts';
import { builtPage } from './map-page.ts';
import { DEFAULTS } from './settings.ts';
import { TrackingStack } from './tracking-stack.ts';

const named = process.argv.slice(2);
const unknown = named.find((design) => !(INGEST_DESIGNS as readonly string[]).includes(design));
if (unknown !== undefined) {
  console.error(`There is no ingest design ${unknown}; these are: ${INGEST_DESIGNS.join(', ')}`);
  process.exit(2);
}
for (const ingest of named.length > 0 ? (named as IngestDesign[]) : INGEST_DESIGNS) {
  const app = new App({ outdir: fileURLToPath(new URL(`cdk.out/${ingest}`, import.meta.url)) });
  new TrackingStack(app, 'simctl', { settings: { ...DEFAULTS, ingest }, page: builtPage() });
  checkApp(app);
  const { directory, stacks } = app.synth();
  console.log(`${ingest}: ${Object.keys(stacks[0]!.template.Resources).length} resources, assembly in ${directory}`);
}
