// Loaded into every thread and process of the built program (NODE_OPTIONS=--require): files whose path matches FULL_DISK lie on
// a full disk. They are made, empty, and what is written to them goes to /dev/full, so that the refusal is the system's own.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const FULL = '/dev/full';
const full = new RegExp(process.env.FULL_DISK);
const isFull = (file) => full.test(String(file));

const { createWriteStream, openSync, appendFileSync } = fs;
const { writeFile, appendFile } = fs.promises;
/** A name that can be renamed and removed. */
const made = (file) => fs.closeSync(openSync(file, 'a'));

fs.createWriteStream = (file, options) => {
  if (!isFull(file)) return createWriteStream(file, options);
  made(file);
  return createWriteStream(FULL, { ...options, flags: 'a' });
};
fs.openSync = (file, flags, ...rest) => {
  if (!isFull(file) || !['w', 'wx', 'a'].includes(flags)) return openSync(file, flags, ...rest);
  made(file);
  return openSync(FULL, 'a');
};
fs.appendFileSync = (file, data, ...rest) => appendFileSync(isFull(file) ? FULL : file, data, ...rest);
for (const [name, original] of Object.entries({ writeFile, appendFile })) {
  fs.promises[name] = (file, data, ...rest) => {
    if (!isFull(file)) return original(file, data, ...rest);
    made(file);
    return original(FULL, data);
  };
}
syncBuiltinESMExports();
