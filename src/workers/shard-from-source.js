// What a worker runs when simctl runs from source: in Node 20 a thread must register tsx itself before it reads TypeScript.
// Not part of the build.
import { register } from 'tsx/esm/api';

register();
const { default: shard } = await import('./shard.ts');
export default shard;
