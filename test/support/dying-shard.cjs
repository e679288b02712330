// Loaded into every thread of the built program (NODE_OPTIONS=--require): the worker that writes sent-01.ndjson ends before
// its time, as one that runs out of memory does.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { isMainThread } = require('node:worker_threads');

if (!isMainThread) {
  const { createWriteStream } = fs;
  fs.createWriteStream = (file, ...rest) => {
    if (String(file).endsWith('sent-01.ndjson')) setTimeout(() => process.exit(7), Number(process.env.DIE_AFTER_MS));
    return createWriteStream(file, ...rest);
  };
  syncBuiltinESMExports();
}
