/** What a shard is told: the settings of a run as they were said to the launch, again as a command line. */
import type { Settings } from '../setting.ts';

/**
 * Of those that were said, not those that have their default: a shard has the same ones.
 * @param said the names that were
 */
export function commandLine(
  settings: Settings,
  values: Readonly<Record<string, unknown>>,
  said: ReadonlySet<string>,
): string[] {
  return Object.entries(settings).flatMap(([name, { kind }]) => {
    const value = values[name];
    if (!said.has(name) || value === undefined || value === false) return [];
    if (kind === 'switch') return [`--${name}`];
    return [value].flat().map((one) => `--${name}=${one}`);
  });
}
