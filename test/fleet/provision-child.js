/** Makes devices, or removes them all, in a process of its own, which a test kills; says how many devices are done, a line each. */
import { countedDevices } from '../../src/fleet/device-list.ts';
import { provision, registrationRole } from '../../src/fleet/provision.ts';
import { removeFleet } from '../../src/fleet/remove.ts';

const [, , what, json, devices] = process.argv;
const target = JSON.parse(json!);
const options = { target, concurrency: 5, onProgress: (done: number) => void process.stdout.write(`${done}\n`) };
if (what === 'remove') await removeFleet(options);
else {
  const ownAuthority = what === 'own-authority' ? { ownAuthority: registrationRole(target, undefined) } : {};
  await provision({ ...options, ...ownAuthority, deviceIds: countedDevices(Number(devices), 'DEV') });
}
