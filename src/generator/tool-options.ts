import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { SetupError } from '../errors.ts';
import { PROFILES } from './agents/profiles.ts';
import type { FleetOptions } from './fleet-options.ts';
import { checkOptions, type GenerateOptions } from './generate-options.ts';

/** What the real tool is told beside a fleet. */
export interface ToolOptions extends GenerateOptions {
  /** The base path of an OSRM graph, such as `nash.osrm`, contracted. */
  readonly graph?: string | undefined;
  /** Where the tool is looked for; by default this process's. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A request that the tool can do. */
export interface ToolFleet {
  readonly fleet: FleetOptions;
  readonly config: string;
  /** Absolute paths. */
  readonly pbf: string;
  readonly graph: string;
}

/** @throws UsageError with every problem at once; SetupError where the graph is not as the tool reads it. */
export async function checkToolOptions(options: ToolOptions, now: number): Promise<ToolFleet> {
  const { model, mend, dropouts, properties, picture, profile = 'car', map, graph } = options;
  const problems: string[] = [];
  const say = (problem: string) => problems.push(`--engine trip-simulator ${problem}`);
  if (model !== undefined && model !== 'compat') say(`drives by its own model; --model ${model} is of simctl's engine`);
  for (const [flag, given] of Object.entries({ mend, dropouts, properties: properties || undefined, picture }))
    if (given !== undefined) say(`knows nothing of --${flag}`);
  if (!Object.hasOwn(PROFILES, profile))
    say(`takes the profiles it comes with, ${Object.keys(PROFILES).join(', ')}; got "${profile}"`);
  if (map === undefined || !/\.pbf$/i.test(map))
    say('needs --map FILE.osm.pbf, the extract that its graph was made of');
  else if (!(await isFile(map))) say(`needs the extract ${map}, which is not there`);
  if (graph === undefined) say('needs --graph FILE.osrm, what osrm-extract and osrm-contract made of the extract');
  const known = Object.hasOwn(PROFILES, profile) ? profile : 'car';
  const fleet = await checkOptions(
    { ...options, model: 'compat', profile: known, mend: undefined, dropouts: undefined },
    now,
    problems,
  );
  await checkGraph(graph!);
  return { fleet, config: profile, pbf: resolve(map!), graph: resolve(graph!) };
}

/** It is several files, of which the tool names the common beginning; by contraction hierarchies, as it asks for none else. */
async function checkGraph(graph: string): Promise<void> {
  const name = basename(graph);
  const files = await readdir(dirname(resolve(graph))).catch((): string[] => []);
  const hint = `Make it of the extract: osrm-extract -p car.lua city.osm.pbf && osrm-contract ${name}`;
  if (!files.some((file) => file.startsWith(name))) throw new SetupError(`there is no OSRM graph ${graph}`, { hint });
  if (!files.includes(`${name}.hsgr`))
    throw new SetupError(`the OSRM graph ${graph} is not contracted: there is no ${name}.hsgr`, { hint });
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
