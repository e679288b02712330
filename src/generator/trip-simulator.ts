import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Generated } from './generate.ts';
import { KINDS } from './lines.ts';
import { checkToolOptions, type ToolFleet, type ToolOptions } from './tool-options.ts';
import { mergeShares, type ToolShare } from './tool-outputs.ts';
import { findTool, runTool } from './tool-processes.ts';

/** About as many as one of its lines has. */
const BYTES_PER_PROBE = 170;
const LOOK_EVERY_MS = 500;

/**
 * Lets the real trip-simulator drive, in several processes at once as the paper did (section 3.3.1), and writes what they
 * wrote as one fleet's. It cannot be seeded: every run is another.
 * @throws UsageError with every problem at once; SetupError where the tool or its graph is missing; RunError where it
 * fails; the signal's reason. Nothing is left then.
 */
export async function generateWithTool(options: ToolOptions): Promise<Generated> {
  const { now = Date.now, env, signal } = options;
  const { fleet, config, pbf, graph } = await checkToolOptions(options, now());
  const tool = await findTool(env);
  const dir = await mkdtemp(join(tmpdir(), 'simctl-trip-simulator-'));
  const shares = sharesOf(options, fleet, dir);
  const stopWatching = watchFiles(shares, fleet, options.onProgress);
  try {
    const { seconds, start } = fleet;
    const runs = shares.map(({ agents, files }) => {
      const told = { config, pbf, graph, agents, start, seconds, ...files };
      return Object.entries(told).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
    });
    await runTool(tool, runs, { cwd: dir, ...(env && { env }), ...(signal && { signal }) });
    stopWatching();
    const origin = { kind: 'generated', engine: 'trip-simulator', profile: config, map: pbf };
    return await mergeShares(shares, fleet, options, {
      source: { ...origin, start, seconds, every: fleet.every, agents: fleet.agents },
      attribution: '© OpenStreetMap contributors, ODbL 1.0',
    });
  } finally {
    stopWatching();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Who drives whom, and where to. Probes are always asked for: they alone say who there is. */
function sharesOf(options: ToolOptions, { agents }: ToolFleet['fleet'], dir: string): ToolShare[] {
  const processes = Math.min(options.workers ?? availableParallelism(), agents);
  return Array.from({ length: processes }, (_, i) => {
    const kinds = KINDS.filter((kind) => kind === 'probes' || options[kind] !== undefined);
    return {
      agents: Math.floor((agents * (i + 1)) / processes) - Math.floor((agents * i) / processes),
      files: Object.fromEntries(kinds.map((kind) => [kind, join(dir, `${i}.${kind}`)])),
    };
  });
}

/** Tells how far the tool is, by what its files weigh. */
function watchFiles(
  shares: readonly ToolShare[],
  { agents, seconds }: ToolFleet['fleet'],
  onProgress: ToolOptions['onProgress'],
): () => void {
  const total = agents * seconds;
  const timer = setInterval(async () => {
    const sizes = shares.map(({ files }) =>
      stat(files.probes!).then(
        ({ size }) => size,
        () => 0,
      ),
    );
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    onProgress?.(Math.min(total, Math.floor(bytes / BYTES_PER_PROBE)), total);
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
