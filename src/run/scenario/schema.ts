/** What editors know of a scenario file: a JSON Schema, made from the settings of a run. */
import { type Setting, TIME_FORMS } from '../../setting.ts';
import { RUN_SETTINGS } from '../settings.ts';
import { keyOf, PHASE_SETTINGS } from './keys.ts';

type Schema = Record<string, unknown>;

/** In the draft that editors know best. */
export function scenarioSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A scenario of simctl: simctl run FILE',
    ...objectOf(RUN_SETTINGS, {
      phases: {
        description: 'one after the other; the run ends with the last',
        type: 'array',
        minItems: 1,
        items: {
          ...objectOf(PHASE_SETTINGS),
          required: ['name'],
          anyOf: [{ required: ['duration'] }, { required: ['pace'] }],
        },
      },
    }),
  };
}

function objectOf(settings: Readonly<Record<string, Setting>>, more: Schema = {}): Schema {
  const entries = Object.entries(settings);
  const key = (name: string) => keyOf(name, settings[name]);
  const dependencies = entries.filter(([, { dependsOn }]) => dependsOn !== undefined);
  // Each pair once.
  const exclusive = entries.flatMap(([name, setting]) =>
    (setting.exclusive ?? []).map((other) => ({ not: { required: [key(name), key(other)] } })),
  );
  return {
    type: 'object',
    additionalProperties: false,
    properties: { ...Object.fromEntries(entries.map(([name, setting]) => [key(name), schemaOf(setting)])), ...more },
    ...(dependencies.length === 0
      ? {}
      : {
          dependencies: Object.fromEntries(
            dependencies.map(([name, { dependsOn }]) => [key(name), dependsOn!.map(key)]),
          ),
        }),
    ...(exclusive.length === 0 ? {} : { allOf: exclusive }),
  };
}

function schemaOf(setting: Setting): Schema {
  const { description } = setting;
  const common = {
    ...(description === undefined ? {} : { description }),
    ...('default' in setting && setting.default !== undefined ? { default: setting.default } : {}),
  };
  switch (setting.kind) {
    case 'text':
      // YAML reads 0 and 4.5 as numbers; that they are meant as texts needs no quotes.
      return setting.form === undefined
        ? { ...common, type: ['string', 'number'] }
        : { ...common, type: ['string', 'integer'], pattern: setting.form, minimum: 0 };
    case 'texts':
      return { ...common, anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] };
    case 'switch':
      return { ...common, type: 'boolean' };
    case 'choice':
      return { ...common, enum: setting.choices.flatMap(withNumber) };
    case 'whole':
      return { ...common, ...wholeOf(setting) };
    case 'decimal':
      return { ...common, ...wholeOf(setting), type: 'number' };
    case 'time':
      return { ...common, anyOf: [wholeOf(setting), { type: 'string', pattern: timeForm(setting) }] };
  }
}

/** Version 5 is a text for simctl, and a number for YAML. */
function withNumber(choice: string | number): (string | number)[] {
  return typeof choice === 'string' && String(Number(choice)) === choice ? [choice, Number(choice)] : [choice];
}

/** What is at least 1 takes no `0s`. */
function timeForm({ unit, min = 0 }: Extract<Setting, { kind: 'time' }>): string {
  return min > 0 ? TIME_FORMS[unit].replace('^', '^(?!0*\\.?0+ ?[a-z])') : TIME_FORMS[unit];
}

function wholeOf({ min, max }: { readonly min?: number; readonly max?: number }): Schema {
  return {
    type: 'integer',
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  };
}
