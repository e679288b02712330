import type { Setting, Settings, Values } from '../../setting.ts';

/** What a phase can be told; all else is of the whole run. */
export const PHASE_SETTINGS = {
  name: {
    kind: 'text',
    form: '^[\\p{L}\\p{N}][\\p{L}\\p{N} _-]*$',
    description: 'what thresholds ("… in phase NAME"), the screen and the summary call it',
  },
  duration: { kind: 'time', unit: 'ms', min: 1, description: 'how long it lasts, unless its pace says so' },
  pace: { kind: 'text', description: "as the run's; what has no end of its own lasts as long as the phase" },
  fault: { kind: 'texts', key: 'faults', description: 'what is done to connections on purpose, times from its start' },
  threshold: { kind: 'texts', key: 'thresholds', description: 'what this phase must keep to' },
} as const satisfies Settings;

export type PhaseValues = Partial<Values<typeof PHASE_SETTINGS>>;

/** What a setting is called in a file. */
export function keyOf(name: string, setting: Setting | undefined): string {
  return setting?.key ?? name;
}
