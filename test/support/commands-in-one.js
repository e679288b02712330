// The built program as bin/run.js starts it, but for many command lines, one after the other: what each printed, and its exit code.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execute } from '../../dist/src/oclif.js';

const bin = new URL('../../bin/run.js', import.meta.url);
const root = fileURLToPath(new URL('../../dist', import.meta.url));
const pjson = JSON.parse(readFileSync(`${root}/oclif.json`, 'utf8'));

let said;
for (const name of ['stdout', 'stderr']) {
  process[name].write = (chunk, encoding, callback) => {
    said[name] += chunk;
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done) process.nextTick(done);
    return true;
  };
}

let exit;
process.exit = (code) => exit(code);

process.on('message', async (args) => {
  said = { stdout: '', stderr: '' };
  process.exitCode = undefined;
  const exited = new Promise((resolve) => {
    exit = resolve;
  });
  const done = execute({ args, dir: bin.href, loadOptions: { root, pjson, userPlugins: false } });
  const code = await Promise.race([exited, done.then(() => undefined)]);
  process.send({ code: code ?? process.exitCode ?? 0, ...said });
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
