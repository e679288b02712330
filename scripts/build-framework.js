// The command-line framework as one file, what it must know of package.json, and the list of commands.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { licencesOf } from './licences.js';

const { outputFiles, metafile } = await build({
  stdin: { contents: readFileSync('dist/src/oclif.js', 'utf8'), resolveDir: '.' },
  write: false,
  metafile: true,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifyWhitespace: true,
  minifySyntax: true,
  external: ['typescript'],
});
// A script that was compiled before cannot import by itself.
const text = outputFiles[0].text.replaceAll(/(?<=[\s(:;?])import\(/g, 'importModule(');
writeFileSync('dist/src/framework.cjs', text);
writeFileSync('dist/src/framework-LICENCES.txt', licencesOf(metafile));
copyFileSync('scripts/framework.js', 'dist/src/oclif.js');

// Of the dependencies, the plug-ins alone: each name of the others would be held against each plug-in at every start.
const { name, version, description, type, engines, dependencies, oclif } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);
const plugins = Object.fromEntries(oclif.plugins.map((plugin) => [plugin, dependencies[plugin]]));
const pjson = {
  name,
  version,
  description,
  type,
  engines,
  dependencies: plugins,
  oclif: { ...oclif, commands: './src/commands', helpClass: './src/help.js' },
};
writeFileSync('dist/oclif.json', JSON.stringify(pjson));

// The first help is laid out by simctl itself (src/root-help.ts): here it is as it would be on an endless line, without colours.
Object.assign(process.env, { OCLIF_COLUMNS: '1000', FORCE_COLOR: '0' });
const { Config, execute, script } = await import('../dist/src/oclif.js');
const loadOptions = { root: resolve('dist'), pjson, userPlugins: false };
const config = await Config.load(loadOptions);
writeFileSync('dist/oclif.manifest.json', JSON.stringify(config.plugins.get(name).manifest));

// Compiled functions are kept after they were used once: those that a start and the helps need.
const { write } = process.stdout;
const said = [];
process.stdout.write = (text) => said.push(text) > 0;
await execute({ args: ['--help'], loadOptions });
const machine = `${config.platform}-${config.arch} node-${process.version}`;
writeFileSync('dist/root-help.txt', said.join('').replace(machine, '<machine>'));
for (const args of [
  ['run', '--help'],
  ['fleet', '--help'],
])
  await execute({ args, loadOptions });
process.stdout.write = write;
writeFileSync(
  `dist/src/framework-${process.version}-${process.platform}-${process.arch}.bin`,
  script.createCachedData(),
);
