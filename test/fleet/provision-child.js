/** Makes devices, or removes them all, in a process of its own, which a test kills; says how many devices are done, a line each. */
import { countedDevices } from '../../dist/src/fleet/device-list.js';
import { provision, registrationRole } from '../../dist/src/fleet/provision.js';
import { removeFleet } from '../../dist/src/fleet/remove.js';

const [, , what, json, devices] = process.argv;
const target = JSON.parse(json);
const options = { target, concurrency: 5, onProgress: (done) => void process.stdout.write(`${done}\n`) };
if (what === 'remove') await removeFleet(options);
else {
  const ownAuthority = what === 'own-authority' ? { ownAuthority: registrationRole(target, undefined) } : {};
  await provision({ ...options, ...ownAuthority, deviceIds: countedDevices(Number(devices), 'DEV') });
}
