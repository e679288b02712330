import { UsageError } from '../errors.ts';

/** Each `--drop` must name an update that will be sent: one that cannot happen would look as if nothing was lost. */
export function checkDrops(drops: readonly string[], devices: readonly string[]): void {
  const known = new Set(devices);
  const problems = drops.flatMap((drop) => {
    const [, id, seq] = /^(.+)@([0-9]+)$/.exec(drop) ?? [];
    if (id === undefined || seq === undefined) return [`--drop ${drop} is not <device id>@<seq>`];
    return known.has(id) ? [] : [`--drop ${drop}: there is no device ${id} in the fleet`];
  });
  if (problems.length === 0) return;
  throw new UsageError(problems.join('\n'), { hint: `Such as --drop ${devices[0]}@0; seq counts from 0.` });
}
