/** What a launch is called, and where its files are. One id names all that is made for it, so that what is left can be found. */
import { randomBytes } from 'node:crypto';
import type { Generators } from '../target.ts';

const ID = '[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}';

/** By when, such as `20260301T120000Z-3fa9`: names sort by it. @param now epoch ms */
export function newLaunchId(now: number): string {
  const at = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return `${at}-${randomBytes(2).toString('hex')}`;
}

/** Of job and job definition: letters, digits, "-" and "_", 128 at most (AWS Batch API reference, SubmitJob). */
export function jobName(stack: string, id: string): string {
  return `${stack.slice(0, 90)}-launch-${id}`;
}

/** @returns the launch that a job or a definition of this stack is of; undefined: of none */
export function launchOf(stack: string, name: string): string | undefined {
  const [, id] = new RegExp(`^${jobName(stack, `(${ID})`)}$`).exec(name) ?? [];
  return id;
}

export function isLaunchId(text: string): boolean {
  return new RegExp(`^${ID}$`).test(text);
}

/** Each `s3://BUCKET/…`; the stack's lifecycle rules know their first parts (infra/generators.ts). */
export interface Places {
  /** All that stays until the results have been fetched. */
  readonly launch: string;
  readonly results: string;
  /** What the shards need; keys of devices are in it, so it goes first, and after a day by itself. */
  readonly fleet: string;
}

export function placesOf({ bucket }: Pick<Generators, 'bucket'>, id: string): Places {
  const launch = `s3://${bucket}/${LAUNCHES}/${id}`;
  return { launch, results: `${launch}/results`, fleet: `s3://${bucket}/${FLEETS}/${id}` };
}

/** Prefixes of the bucket. */
export const LAUNCHES = 'launches';
export const FLEETS = 'fleets';
