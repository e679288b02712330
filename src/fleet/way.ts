import type { Target } from '../target.ts';
import { estimate } from './cost.ts';
import { registrationRole } from './provision.ts';
import { isAws } from './session.ts';
import { MANY_DEVICES, type Way } from './ways.ts';

export interface ChosenWay {
  readonly way: Way;
  /** The role by which AWS registers devices; the other two ways need one. */
  readonly roleArn?: string;
  /** Said to the person, where they have not chosen. */
  readonly note?: string;
}

/**
 * The way asked for, or the one that suits the number of devices that are still to be made.
 * @throws UsageError where the way asked for needs a role on AWS and there is none
 */
export function chooseWay(
  target: Target,
  missing: number,
  asked: { readonly way?: Way | undefined; readonly roleArn?: string | undefined },
): ChosenWay {
  const { way, roleArn } = asked;
  if (way === 'calls') return { way };
  if (way !== undefined) return { way, ...registrationRole(target, roleArn) };
  if (missing < MANY_DEVICES) return { way: 'calls' };
  const here = 'certificates are made here, by an authority of the fleet’s own (--way calls: by AWS IoT, one by one)';
  if (roleArn !== undefined || target.stack !== undefined || !isAws(target))
    return { way: 'own-authority', ...registrationRole(target, roleArn), note: `For ${missing} devices ${here}` };
  const minutes = Math.ceil(estimate('provision', missing).seconds / 60);
  return {
    way: 'calls',
    note: `By four calls each, ${missing} devices take ${minutes} minutes; with --stack NAME or --role-arn ARN certificates would be made here, in seconds`,
  };
}
