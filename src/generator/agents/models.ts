import { UsageError } from '../../errors.ts';
import type { AgentModel } from './agent.ts';
import { type CompatSettings, compatModel } from './compat.ts';
import { deliveryModel } from './delivery.ts';
import { type RealisticSettings, realisticModel } from './realistic.ts';

/** What models are made from: plain data, so that it can be sent to a thread. */
export type ModelSettings = CompatSettings & RealisticSettings;

/** Adding a model is a line here. */
const MODELS = {
  realistic: realisticModel,
  delivery: deliveryModel,
  compat: compatModel,
} satisfies Record<AgentModel['name'], (settings: ModelSettings) => AgentModel>;

export const MODEL_NAMES = Object.keys(MODELS) as (keyof typeof MODELS)[];

/** @throws UsageError with the names there are */
export function modelNamed(name: string, settings: ModelSettings): AgentModel {
  if (Object.hasOwn(MODELS, name)) return MODELS[name as keyof typeof MODELS](settings);
  throw new UsageError(`there is no model "${name}"`, { hint: `--model takes ${MODEL_NAMES.join(', ')}.` });
}
