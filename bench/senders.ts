/**
 * CPU-seconds that a sender spends per million messages of about 120 bytes, all sides alternating in one run against one
 * broker: the least that Node can do (`bare`: a socket, one packet encoded before and patched in place, `onread`), our
 * session (`lean`), our whole engine (`engine`), and MQTT.js.
 *
 *     npm run bench -- [--quick] [--messages 100000] [--rounds 3] [--connections 100,1000] [--sides bare,lean,engine,mqttjs]
 *                      [--only 'QoS 1, mTLS']
 *
 * Each side is a process of its own, so that its CPU time is its own; the best round counts, as what else runs on the
 * machine only adds. One message in flight per connection, as a device has it. mosquitto where it is installed, otherwise
 * aedes in a child process.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aside } from './aside.ts';
import { startBenchBroker } from './bench-broker.ts';
import { type Costs, costVerdicts } from './cost-verdicts.ts';
import type { SenderResult, SenderTask } from './session-sender.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    messages: { type: 'string' },
    rounds: { type: 'string' },
    connections: { type: 'string', default: '100,1000' },
    sides: { type: 'string', default: 'bare,lean,engine,mqttjs' },
    only: { type: 'string', default: '' },
  },
});
const messages = Number(values.messages ?? (values.quick ? 40_000 : 100_000));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const sides = values.sides.split(',') as SenderTask['side'][];

const SETTINGS: { name: string; tls: boolean; qos: 0 | 1 }[] = [
  { name: 'QoS 1, plain', tls: false, qos: 1 },
  { name: 'QoS 0, plain', tls: false, qos: 0 },
  { name: 'QoS 1, mTLS', tls: true, qos: 1 },
  { name: 'QoS 0, mTLS', tls: true, qos: 0 },
];

const broker = await startBenchBroker();
const device = await broker.authority.device('bench');
let failed = 0;
try {
  process.stdout.write(`CPU-seconds per million messages; ${messages} messages, best of ${rounds}; ${broker.name}\n`);
  for (const connections of values.connections.split(',').map(Number)) {
    const head = `${connections} connections`.padEnd(20) + sides.map((name) => name.padStart(9)).join('');
    process.stdout.write(`\n${head}   verdict\n`);
    for (const { name, tls, qos } of SETTINGS) {
      if (!name.includes(values.only)) continue;
      const costs: Costs = {};
      for (let round = 0; round < rounds; round++) {
        for (const side of sides) {
          const { cpuSeconds, messages: sent } = await send({
            side,
            port: tls ? broker.tlsPort : broker.port,
            tls: tls ? { ca: broker.authority.ca, ...device } : undefined,
            qos,
            connections,
            messages,
            caFile: broker.caFile,
          });
          costs[side] = Math.min(costs[side] ?? Number.POSITIVE_INFINITY, (cpuSeconds / sent) * 1e6);
        }
      }
      const verdicts = costVerdicts(costs, { tls, qos });
      failed += verdicts.filter(({ holds }) => !holds).length;
      const figures = sides.map((side) => costs[side]!.toFixed(1).padStart(9)).join('');
      const texts = verdicts.map(({ text, holds }) => `${holds ? 'PASS' : 'FAIL'} ${text}`).join('; ');
      process.stdout.write(`${name.padEnd(20)}${figures}   ${texts}\n`);
    }
  }
} finally {
  await broker.stop();
}
process.exitCode = failed === 0 ? 0 : 1;

async function send(task: Omit<SenderTask, 'dir'>): Promise<SenderResult> {
  const dir = await mkdtemp(join(broker.dir, 'side-'));
  try {
    return await aside<SenderResult>('session-sender.ts', { ...task, dir });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
