/** The size of a machine of Fargate: only certain sizes can be had (AWS Batch API reference, ResourceRequirement). */
import { UsageError } from '../errors.ts';

export interface Machine {
  readonly vcpus: number;
  readonly gigabytes: number;
}

/** GB of memory by vCPUs: from, to, in steps of. */
const SIZES: ReadonlyMap<number, readonly [from: number, to: number, step: number]> = new Map([
  [1, [2, 8, 1]],
  [2, [4, 16, 1]],
  [4, [8, 30, 1]],
  [8, [16, 60, 4]],
  [16, [32, 120, 8]],
]);

/** @throws UsageError that says which can be had */
export function checkMachine({ vcpus, gigabytes }: Machine): void {
  const size = SIZES.get(vcpus);
  if (size === undefined) {
    throw new UsageError(`--vcpus ${vcpus}: Fargate has machines of ${[...SIZES.keys()].join(', ')} vCPUs`);
  }
  const [from, to, step] = size;
  if (gigabytes >= from && gigabytes <= to && (gigabytes - from) % step === 0) return;
  const steps = step === 1 ? '' : `, in steps of ${step}`;
  throw new UsageError(`--memory ${gigabytes}: with ${vcpus} vCPUs, Fargate has ${from} to ${to} GB${steps}`);
}
