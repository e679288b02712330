/** Provisions or removes in a process of its own, which a test kills. */
import { provision } from '../../src/fleet/provision.ts';
import { removeFleet } from '../../src/fleet/remove.ts';

const [, , what, target, ids] = process.argv;
const options = { target: JSON.parse(target!), concurrency: 5 };
if (what === 'provision') await provision({ ...options, deviceIds: JSON.parse(ids!) });
else await removeFleet(options);
