/** Settings of a scenario that say nothing together, found before the run would refuse them, and told where they stand. */
import type { Node } from 'yaml';
import { isSimctlError, messageOf } from '../../errors.ts';
import { judgeFleet } from '../../generator/generate-options.ts';
import { checkMap } from '../../generator/map/read-map.ts';
import { defaultsOf } from '../../setting.ts';
import { parseBroker } from '../../transports/broker-address.ts';
import { requestProblems } from '../../workers/plan.ts';
import { placesOf } from '../bucket.ts';
import { parseLocalAddresses } from '../local-address.ts';
import { parseMetricsAddress } from '../metrics-address.ts';
import { optionsOf } from '../options-of.ts';
import { RUN_SETTINGS, type RunValues } from '../settings.ts';
import { chooseShard } from '../shard-choice.ts';
import { parseStartAt } from '../start-at.ts';
import type { ScenarioDocument } from './document.ts';

/** What is wrong with settings, flags named as `--pace`. */
export type Sense = (values: Partial<RunValues>) => string[];

/** As `simctl run` will judge them, but for what a shard is told by its environment. */
export const runSense: Sense = (values) => {
  const told = { ...defaultsOf(RUN_SETTINGS), ...values };
  const plain = { out: [], 'local-address': [], shard: undefined, shards: undefined, 'start-at': undefined };
  const options = optionsOf({ ...told, ...plain }, {});
  const problems = [
    ...refusalOf(() => placesOf(told.out ?? [])),
    ...refusalOf(() => parseLocalAddresses(told)),
    ...refusalOf(() => chooseShard({ shard: told.shard }, {})),
    ...refusalOf(() => told['start-at'] === undefined || parseStartAt(told['start-at'])),
    ...refusalOf(() => told.metrics === undefined || parseMetricsAddress(told.metrics)),
    ...requestProblems(options),
  ];
  const broker = options.transport === 'mqtt' && options.broker;
  return broker ? [...problems, ...refusalOf(() => parseBroker(broker))] : problems;
};

/** The same of the fleet that it asks for, for which files are looked at: a map, a profile. */
export async function fleetSense(values: Partial<RunValues>): Promise<string[]> {
  if (values.dataset !== undefined || values.probes !== undefined) return [];
  const { every, ...request } = { ...defaultsOf(RUN_SETTINGS), ...values };
  const problems: string[] = [];
  await judgeFleet({ ...request, every, start: undefined }, Date.now(), problems);
  if (values.map === undefined) return problems;
  const map = await checkMap(values.map).then(
    () => [],
    (error) => refusalOf(() => refuse(error)),
  );
  return [...problems, ...map.map((text) => `--map: ${text}`)];
}

function refuse(error: unknown): never {
  throw error;
}

function refusalOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!isSimctlError(error)) throw error;
    return messageOf(error).split('\n');
  }
}

/** Each at the first of the settings that it names; what is of the command line alone the run will say. */
export function tellSense(
  document: ScenarioDocument,
  nodes: ReadonlyMap<string, Node>,
  problems: readonly string[],
): void {
  for (const problem of problems) {
    const named = [...problem.matchAll(/--([a-z][a-z-]*)/g)].map(([, name]) => nodes.get(name!));
    const node = named.find((one) => one !== undefined);
    if (node !== undefined) document.problem(node, problem.replaceAll(/--(?=[a-z])/g, ''));
  }
}
