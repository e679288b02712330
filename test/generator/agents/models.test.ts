import { expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { MODEL_NAMES, modelNamed } from '../../../src/generator/agents/models.ts';
import { PROFILES } from '../../../src/generator/agents/profiles.ts';

it.each(MODEL_NAMES)('the model %s is known by its name', (name) => {
  expect(modelNamed(name, { profile: PROFILES.car }).name).toBe(name);
});

it.each(['', 'compact', 'constructor'])('there is no model "%s", and the error says which there are', (name) => {
  let thrown: unknown;
  try {
    modelNamed(name, { profile: PROFILES.car });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(UsageError);
  for (const known of MODEL_NAMES) expect((thrown as UsageError).hint).toContain(known);
});
