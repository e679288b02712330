// Loaded into every thread of the built program (NODE_OPTIONS=--require): the worker that writes sent-01.ndjson ends before
// its time: once there is a file DIE_ONCE, or anything in its own log (DIE_ONCE=written).
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { isMainThread } = require('node:worker_threads');

if (!isMainThread) {
  const { createWriteStream } = fs;
  fs.createWriteStream = (file, ...rest) => {
    const { DIE_ONCE } = process.env;
    if (DIE_ONCE && String(file).endsWith('sent-01.ndjson')) {
      const isTime =
        DIE_ONCE === 'written'
          ? () => (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0
          : () => fs.existsSync(DIE_ONCE);
      setInterval(() => isTime() && process.exit(7), 5);
    }
    return createWriteStream(file, ...rest);
  };
  syncBuiltinESMExports();
}
