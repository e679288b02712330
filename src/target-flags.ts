import { Flags } from './oclif.ts';
import { flagsOf } from './setting-flags.ts';

/** Which backend a command works on, for every command that works on one that is there already. */
export const targetFlags = {
  target: Flags.string({ required: true, description: 'ready file of a stand-in, or "aws"', helpValue: 'FILE|aws' }),
  stack: Flags.string({ description: 'with --target aws: the stack of infra/', helpValue: 'NAME' }),
};

/** The same, for a command that starts a stand-in of its own where nothing is said. */
export const journeyTargetFlags = {
  target: Flags.string({
    default: 'local',
    helpValue: 'local|aws|FILE',
    description: 'an embedded stand-in, the real services, or the ready file of a "simctl local"',
  }),
  stack: targetFlags.stack,
};

/** Of a command that sends one update there and back. */
export const journeyFlags = {
  ...journeyTargetFlags,
  ...flagsOf({
    timeout: {
      kind: 'time',
      unit: 's',
      default: 10,
      min: 1,
      description: 'seconds that the position may take to show',
    },
  }),
};
