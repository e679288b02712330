// The packages that a start would find, read and compile in hundreds of files, as one file each in dist/packages/ with what
// they share beside it. What the build wrote imports those; the source goes on importing the packages.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { licencesOf } from './licences.js';

const OUT = 'dist/packages';
const PACKAGES = [
  '@aws-sdk/client-iot',
  '@aws-sdk/client-location',
  '@aws-sdk/credential-provider-node',
  '@smithy/core/cbor',
  '@smithy/signature-v4',
  'aedes',
  'aedes-persistence',
  'hdr-histogram-js',
  'mqtt',
  'mqtt-packet',
  'ws',
];
/** Imported by their default; the others by names. */
const DEFAULTS = ['aedes-persistence', 'mqtt-packet'];

const fileOf = (name) => name.replace('@', '').replaceAll('/', '-');

/** Exports by name what Node says the package exports: of a CommonJS package, esbuild cannot tell. */
const doors = {
  name: 'doors',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^door:/ }, ({ path }) => ({ path: path.slice('door:'.length), namespace: 'door' }));
    onLoad({ filter: /./, namespace: 'door' }, async ({ path }) => {
      const names = DEFAULTS.includes(path)
        ? ['default']
        : Object.keys(await import(path)).filter((name) => !['default', 'module.exports'].includes(name));
      return { contents: `export { ${names.join(', ')} } from '${path}';`, resolveDir: '.' };
    });
  },
};

const { metafile } = await build({
  entryPoints: PACKAGES.map((name) => ({ in: `door:${name}`, out: fileOf(name) })),
  plugins: [doors],
  outdir: OUT,
  bundle: true,
  splitting: true,
  metafile: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  mainFields: ['module', 'main'],
  minifyWhitespace: true,
  external: ['bufferutil', 'utf-8-validate'],
  // What is CommonJS in there requires Node's own modules.
  banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
  logLevel: 'warning',
});
writeFileSync(`${OUT}/LICENCES.txt`, licencesOf(metafile));

const pattern = new RegExp(`(?<=(?:from |import\\()')(?:${PACKAGES.join('|')})(?=')`, 'g');
const written = ['dist/src', 'dist/infra'].flatMap((dir) =>
  readdirSync(dir, { recursive: true }).map((name) => join(dir, name)),
);
for (const file of written.filter((name) => name.endsWith('.js'))) {
  const text = readFileSync(file, 'utf8');
  const own = text.replace(pattern, (name) => `${relative(dirname(file), OUT)}/${fileOf(name)}.js`);
  if (own !== text) writeFileSync(file, own);
}
