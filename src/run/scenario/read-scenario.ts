/** A run from a file: every setting that the flags have, and phases. */
import { readFile } from 'node:fs/promises';
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { durationText } from '../../duration.ts';
import { codeOf, messageOf, UsageError } from '../../errors.ts';
import { defaultsOf, type Settings } from '../../setting.ts';
import { type Fault, faultText, laterFault, parseFault } from '../../workers/fault.ts';
import { parsePace } from '../../workers/pace-text.ts';
import { lengthMs, updatesAskedFor } from '../../workers/pacer.ts';
import { type Phase, type PhaseProblem, type PhaseRequest, phasedPace } from '../phases.ts';
import { RUN_SETTINGS, type RunValues } from '../settings.ts';
import { parseThreshold } from '../threshold.ts';
import { readSettings, type ScenarioDocument, scenarioDocument } from './document.ts';
import { keyOf, PHASE_SETTINGS, type PhaseValues } from './keys.ts';
import { fleetSense, runSense, type Sense, tellSense } from './sense.ts';

export interface Scenario {
  /** What the file says, and what was said beside it. */
  readonly values: Partial<RunValues>;
  readonly phases: readonly Phase[] | undefined;
  /** Which of the file's settings were not taken. */
  readonly notes: readonly string[];
}

interface PhaseEntry {
  readonly node: Node;
  readonly values: PhaseValues;
  readonly nodes: ReadonlyMap<string, Node>;
}

/**
 * @param beside what was said on the command line, which counts instead of the file
 * @throws UsageError with every problem at once, each with its line and column
 */
export async function readScenario(
  file: string,
  beside: Partial<RunValues> = {},
  sense: Sense = runSense,
  fleet = fleetSense,
): Promise<Scenario> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const isAbsent = codeOf(error) === 'ENOENT';
    throw new UsageError(
      isAbsent ? `there is no scenario ${file}` : `cannot read the scenario ${file}: ${messageOf(error)}`,
      {
        cause: error,
        hint: 'See "simctl run --help", and examples/ for scenarios that work.',
      },
    );
  }
  // What its settings come to together is known once it was read; files that they name can be looked at then.
  let told: Partial<RunValues> | undefined;
  parsed(file, text, beside, (values) => {
    told = values;
    return [];
  });
  const ofFleet = told === undefined ? [] : await fleet(told);
  return parseScenario(file, text, beside, (values) => [...sense(values), ...ofFleet]);
}

/** The same, of a text. @param file as it is named in messages @param sense of settings together; by default each is for itself */
export function parseScenario(
  file: string,
  text: string,
  beside: Partial<RunValues> = {},
  sense: Sense = () => [],
): Scenario {
  const { scenario, problems } = parsed(file, text, beside, sense);
  if (scenario === undefined || problems.length > 0)
    throw new UsageError(problems.join('\n'), { hint: 'docs/scenarios.md says what a scenario file can say.' });
  return scenario;
}

function parsed(file: string, text: string, beside: Partial<RunValues>, sense: Sense) {
  const document = scenarioDocument(file, text);
  const { root } = document;
  const scenario = root === undefined ? undefined : scenarioOf(document, root, beside, sense);
  return { scenario, problems: document.problems() };
}

function scenarioOf(
  document: ScenarioDocument,
  root: NonNullable<ScenarioDocument['root']>,
  beside: Partial<RunValues>,
  sense: Sense,
): Scenario {
  const { values, nodes } = readSettings(document, root, RUN_SETTINGS, ['phases']) as {
    values: { -readonly [K in keyof RunValues]?: RunValues[K] };
    nodes: Map<string, Node>;
  };
  const given = Object.fromEntries(Object.entries(beside).filter(([, value]) => value !== undefined));
  const goesBefore = (name: string, given: string) =>
    `--${given} goes before "${keyOf(name, RUN_SETTINGS[name as keyof RunValues])}" of ${document.where(nodes.get(name))}`;
  const notes: string[] = [];
  for (const name of nodes.keys()) {
    const winner = Object.keys(given).find((other) => other === name || excludes(other, name));
    if (winner === undefined) continue;
    notes.push(goesBefore(name, winner));
    delete values[name as keyof RunValues];
  }
  const whole: Partial<RunValues> = { ...values, ...given };
  const phasesNode = document.resolve(root.get('phases', true)) as Node | null | undefined;
  const entries = phaseEntries(document, phasesNode);
  const names = entries.map(({ values: { name } }) => name);

  if (values.pace !== undefined) {
    const pace = parsePace(values.pace);
    if (typeof pace === 'string') document.problem(nodes.get('pace'), pace);
  }
  checkThresholds(document, values.threshold, nodes.get('threshold'), names);
  laterFaults(document, values.fault, nodes.get('fault'), 0, undefined);
  const readable = [...(whole.fault ?? []), ...entries.flatMap(({ values: { fault = [] } }) => fault)].filter(
    (text) => typeof parseFault(text) !== 'string',
  );
  // Paces, and faults that are none, have been said.
  tellSense(document, nodes, sense({ ...whole, pace: RUN_SETTINGS.pace.default, fault: readable }));
  if (entries.length === 0) {
    if (values.pace !== undefined) checkFixes(document, whole, values.pace, nodes.get('pace'), 'the pace asks');
    return { values: whole, phases: undefined, notes };
  }

  const requests = entries.map(({ values: { name, duration, pace } }, i): PhaseRequest => {
    // A pace beside the file is that of all phases; without it, each has its own.
    const own = given.pace === undefined ? pace : undefined;
    const written = own === undefined && pace !== undefined ? parsePace(pace) : undefined;
    const lasts = duration ?? (typeof written === 'object' ? lengthMs(written) : undefined);
    return {
      name: name ?? String(i + 1),
      ...(lasts === undefined ? {} : { seconds: lasts / 1000 }),
      ...(own === undefined ? {} : { pace: own }),
    };
  });
  if (given.pace !== undefined && entries.some(({ values: { pace } }) => pace !== undefined))
    notes.push('--pace goes before the paces of all phases');
  const thresholds = entries.flatMap(({ values: { threshold = [] }, nodes: at }, i) => {
    const { name } = requests[i]!;
    checkThresholds(document, threshold, at.get('threshold'), [name], (text) => `${text} in phase ${name}`);
    return threshold.map((text) => `${text} in phase ${name}`);
  });
  // What could not be read was said already.
  const isRead = entries.every(({ values: of, nodes: at }) => [...at.keys()].every((name) => name in of));
  const phased = isRead ? phasedPace(requests, whole.pace ?? RUN_SETTINGS.pace.default) : undefined;
  if (phased === undefined || 'problems' in phased) {
    for (const { phase, part, text } of phased?.problems ?? [])
      document.problem(placeOf(entries, phase, part) ?? nodes.get('pace') ?? phasesNode, text);
    // How they follow each other is not known; what each says is.
    for (const { values: of, nodes: at } of entries) {
      const own = of.pace === undefined ? undefined : parsePace(of.pace, of.duration && of.duration / 1000);
      if (typeof own === 'string') document.problem(at.get('pace'), own);
      const lasts = of.duration ?? (typeof own === 'object' ? lengthMs(own) : undefined);
      laterFaults(document, of.fault, at.get('fault'), 0, lasts);
    }
    return { values: whole, phases: undefined, notes };
  }
  let offsetMs = 0;
  const faults = entries.flatMap(({ values: { fault }, nodes: at }, i) => {
    const beginMs = offsetMs;
    offsetMs += phased.phases[i]!.seconds * 1000;
    return laterFaults(document, fault, at.get('fault'), beginMs, offsetMs);
  });
  checkFixes(document, whole, phased.pace, phasesNode);
  return {
    values: {
      ...whole,
      pace: phased.pace,
      threshold: [...(whole.threshold ?? []), ...thresholds],
      fault: [...(whole.fault ?? []), ...faults],
    },
    phases: phased.phases,
    notes,
  };
}

const NAME = new RegExp(PHASE_SETTINGS.name.form, 'u');

function excludes(a: string, b: string): boolean {
  const settings: Settings = RUN_SETTINGS;
  return settings[a]?.exclusive?.includes(b) === true || settings[b]?.exclusive?.includes(a) === true;
}

function phaseEntries(document: ScenarioDocument, node: Node | null | undefined): PhaseEntry[] {
  if (node === undefined) return [];
  if (!isSeq(node) || node.items.length === 0) {
    document.problem(node, 'phases is a list: begin each phase with "- name: …"');
    return [];
  }
  const names = new Set<string>();
  return node.items.flatMap((item) => {
    const map = document.resolve(item);
    if (!isMap(map)) {
      document.problem(item as Node, 'a phase has a name, and a duration, a pace or both');
      return [];
    }
    const { values, nodes } = readSettings(document, map, PHASE_SETTINGS) as {
      values: PhaseValues;
      nodes: Map<string, Node>;
    };
    const { name } = values;
    if (!nodes.has('name')) document.problem(item as Node, 'the phase has no name: say one, such as "name: peak"');
    if (name !== undefined && names.has(name))
      document.problem(nodes.get('name'), `another phase is called "${name}" already`);
    if (name !== undefined && !NAME.test(name))
      document.problem(nodes.get('name'), `the name of a phase is letters, digits, spaces, "-" and "_"; got "${name}"`);
    if (name !== undefined) names.add(name);
    return [{ node: item as Node, values, nodes }];
  });
}

function placeOf(
  entries: readonly PhaseEntry[],
  phase: PhaseProblem['phase'],
  part: PhaseProblem['part'],
): Node | undefined {
  if (phase === undefined) return undefined;
  const { node, nodes } = entries[phase]!;
  return (part === undefined ? undefined : nodes.get(part)) ?? node;
}

/** Where a text stands: by itself, or in a list. */
function placeOfText(node: Node | undefined, text: string): Node | undefined {
  return isSeq(node) ? ((node.items.find((item) => isScalar(item) && item.value === text) as Node) ?? node) : node;
}

/** @param whole what a text comes to, where it is of a phase */
function checkThresholds(
  document: ScenarioDocument,
  texts: readonly string[] = [],
  node: Node | undefined,
  names: readonly (string | undefined)[],
  whole = (text: string) => text,
): void {
  for (const text of texts) {
    const threshold = parseThreshold(whole(text));
    const at = placeOfText(node, text);
    if (typeof threshold === 'string') document.problem(at, threshold.replace(/^--/, ''));
    else if (threshold.phase !== undefined && !names.includes(threshold.phase))
      document.problem(at, `threshold "${text}": there is no phase "${threshold.phase}"`);
  }
}

/**
 * Faults whose times count from `fromMs`, as texts whose times count from the start of the run.
 * @param toMs when their phase ends: none begins later, and what is at random comes before; absent: they are of no phase
 */
function laterFaults(
  document: ScenarioDocument,
  texts: readonly string[] = [],
  node: Node | undefined,
  fromMs: number,
  toMs: number | undefined,
): string[] {
  return texts.map((text) => {
    const fault = parseFault(text);
    const at = placeOfText(node, text);
    if (typeof fault === 'string') {
      document.problem(at, fault);
      return text;
    }
    const room = roomFor(fault, toMs === undefined ? undefined : toMs - fromMs);
    if (room !== undefined && room < (fault.forMs ?? 0))
      document.problem(at, `fault "${text}" lasts longer than the ${durationText(room)} in which it may come`);
    if (toMs === undefined) return text;
    const later = laterFault(fault, fromMs, toMs);
    if ('at' in later.when ? later.when.at >= toMs : later.when.to! > toMs)
      document.problem(at, `fault "${text}" would come after its phase, which lasts ${durationText(toMs - fromMs)}`);
    return faultText(later);
  });
}

/** Of what is at random, the time between whose ends it lies, in a phase of that length; ms. */
function roomFor({ when }: Fault, phaseMs: number | undefined): number | undefined {
  if ('at' in when) return undefined;
  const to = when.to ?? phaseMs;
  return to === undefined ? undefined : to - (when.from ?? 0);
}

/** What a fleet that is generated has at most, each device being a fix late at the most. */
function checkFixes(
  document: ScenarioDocument,
  values: Partial<RunValues>,
  pace: string,
  at: Node | null | undefined,
  who = 'the phases ask',
): void {
  if (values.dataset !== undefined || values.probes !== undefined) return;
  const parsed = parsePace(pace);
  const asked = typeof parsed === 'string' ? undefined : updatesAskedFor(parsed);
  const { agents, seconds, every } = { ...defaultsOf(RUN_SETTINGS), ...values };
  const most = agents * Math.ceil(seconds / every);
  if (asked === undefined || asked <= most) return;
  const needed = Math.ceil(asked / agents) * every;
  document.problem(
    at,
    `${who} for ${asked} updates, and ${agents} agents have ${most} at most in ${seconds} s, one each ${every} s: say "seconds: ${needed}", or more agents`,
  );
}
