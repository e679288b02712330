import { AWS_CALLS_PER_SECOND } from './rate-limits.ts';

/** Registry and certificate calls a device takes. AWS IoT counts each as one registry operation. */
const PROVISION_CALLS = ['CreateThing', 'CreateCertificateFromCsr', 'AttachPolicy', 'AttachThingPrincipal'];
const REMOVE_CALLS = ['DetachPolicy', 'DetachThingPrincipal', 'UpdateCertificate', 'DeleteCertificate', 'DeleteThing'];

/** us-east-1, as a guidance document of 2025-01-16 gave it; not checked since. */
const USD_PER_MILLION_REGISTRY_OPERATIONS = 1.25;

export interface Estimate {
  readonly calls: number;
  readonly usd: number;
  /** At four fifths of the slowest call's documented rate. */
  readonly seconds: number;
}

export function estimate(what: 'provision' | 'remove', devices: number): Estimate {
  const names = what === 'provision' ? PROVISION_CALLS : REMOVE_CALLS;
  const slowest = Math.min(...names.map((name) => AWS_CALLS_PER_SECOND[name] ?? 10));
  const calls = devices * names.length;
  return { calls, usd: (calls / 1e6) * USD_PER_MILLION_REGISTRY_OPERATIONS, seconds: devices / (0.8 * slowest) };
}

/** The estimate in a sentence. */
export function estimateText(what: 'provision' | 'remove', devices: number): string {
  const { calls, usd, seconds } = estimate(what, devices);
  const time = seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} minutes`;
  return `AWS: about ${calls} registry operations, ${usd.toFixed(4)} USD (list prices of January 2025, unverified), ${time} at the default quotas`;
}
