/**
 * What it costs to make a fleet's certificates here, by an authority of its own; the stand-in is another process.
 *
 *     npm run bench:provision [-- --devices 20000]
 *
 * CPU seconds of this process, the client: made (target for 20,000: below 60), verified, removed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countedDevices } from '../src/fleet/device-list.ts';
import { provision, registrationRole } from '../src/fleet/provision.ts';
import { removeFleet } from '../src/fleet/remove.ts';
import { verifyFleet } from '../src/fleet/verify.ts';
import { startStandIn } from '../src/local/spawn.ts';

const { values } = parseArgs({ options: { devices: { type: 'string', default: '20000' } } });
const deviceIds = countedDevices(Number(values.devices), 'DEV');

async function measured<T>(what: string, work: () => Promise<T>): Promise<T> {
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(
    `${what.padEnd(10)} ${((user + system) / 1e6).toFixed(1)} CPU s, ${seconds.toFixed(1)} s: ${JSON.stringify(result)}\n`,
  );
  return result;
}

const dir = await mkdtemp(join(tmpdir(), 'simctl-bench-'));
const standIn = await startStandIn({ dir, credentialsDir: join(dir, 'credentials') });
try {
  const { target } = standIn;
  process.stdout.write(`${deviceIds.length} devices\n`);
  const ownAuthority = registrationRole(target, undefined);
  await measured('made', () => provision({ target, deviceIds, ownAuthority }));
  await measured('verified', () => verifyFleet({ target }));
  await measured('removed', () => removeFleet({ target }));
  await measured('verified', () => verifyFleet({ target }));
} finally {
  await standIn.stop();
  await rm(dir, { recursive: true, force: true });
}
