// What a thread runs when simctl runs from source: it registers tsx, then hands on the module that it is told
// (thread-file.ts). Not part of the build.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { default: task } = await import(workerData.module);
export default task;
