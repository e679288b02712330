import { fleetSettings } from './fleet-settings.ts';
import { flagsOf } from './setting-flags.ts';

/** The flags of what is generated, for every command that generates. */
export const fleetFlags = flagsOf(fleetSettings);
