import { Flags } from './oclif.ts';

/** Whose launches, for every command that looks after them. */
export const launchFlags = {
  stack: Flags.string({ default: 'simctl', helpValue: 'NAME', description: 'the stack of infra/ whose queue it is' }),
};
