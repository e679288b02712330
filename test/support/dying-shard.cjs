// Loaded into every thread of the built program (NODE_OPTIONS=--require): the worker that writes sent-01.ndjson ends before
// its time: after DIE_AFTER_MS, or once there is a file DIE_ONCE.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { isMainThread } = require('node:worker_threads');

if (!isMainThread) {
  const { createWriteStream } = fs;
  fs.createWriteStream = (file, ...rest) => {
    const { DIE_AFTER_MS, DIE_ONCE } = process.env;
    if (String(file).endsWith('sent-01.ndjson')) {
      if (DIE_AFTER_MS) setTimeout(() => process.exit(7), Number(DIE_AFTER_MS));
      if (DIE_ONCE) setInterval(() => fs.existsSync(DIE_ONCE) && process.exit(7), 5);
    }
    return createWriteStream(file, ...rest);
  };
  syncBuiltinESMExports();
}
