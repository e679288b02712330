/** A YAML file with the places of all that it says, and every problem found in it. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';
import { nearName } from '../../near-name.ts';
import { expectedOf, numberOf, type Setting, type Settings } from '../../setting.ts';
import { keyOf } from './keys.ts';

/** Offset of a character in the file. */
type Place = number;

export interface ScenarioDocument {
  readonly root: YAMLMap | undefined;
  /** Says what is wrong with what is there, and what to do. */
  problem(at: Node | Place | null | undefined, text: string): void;
  /** `file:line:column: what`, in the file's order. */
  problems(): string[];
  /** `file:line` of a node. */
  where(node: Node | null | undefined): string;
  /** What an alias stands for. */
  resolve(node: unknown): unknown;
}

export function scenarioDocument(file: string, text: string): ScenarioDocument {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  let isBroken = false;
  const found: { at: Place; text: string }[] = [];
  const [document] = 'empty' in documents ? [] : (documents as Document.Parsed[]);
  const place = (at: Node | Place | null | undefined) => (typeof at === 'number' ? at : (at?.range?.[0] ?? 0));
  const problem: ScenarioDocument['problem'] = (at, what) => {
    const offset = place(at);
    if (!found.some((one) => one.at === offset && one.text === what)) found.push({ at: offset, text: what });
  };
  if (!('empty' in documents)) {
    const errors = documents.flatMap((one) => one.errors);
    // After the first that is no YAML, the others follow from it.
    const broken = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
    for (const error of errors)
      if (error === broken || error.code === 'DUPLICATE_KEY') problem(error.pos[0], syntax(error.code, error.message));
    isBroken = broken !== undefined;
    const second = documents[1];
    if (second !== undefined)
      problem(second.range[0], 'a file holds one scenario; this begins another: put it into a file of its own');
  }
  const root = document?.contents;
  if (isBroken) {
    // What else it says is not known.
  } else if (document === undefined || root == null || (isScalar(root) && root.value === null))
    problem(0, 'the file says nothing: write settings such as "pace: rate:100/s"');
  else if (!isMap(root)) problem(root as Node, 'a scenario is settings, each as "name: value"');
  return {
    root: isMap(root) && !isBroken ? root : undefined,
    problem,
    problems: () =>
      found
        .toSorted((a, b) => a.at - b.at)
        .map(({ at, text: what }) => {
          const { line, col } = lines.linePos(at);
          return `${file}:${line}:${col}: ${what}`;
        }),
    where: (node) => `${file}:${lines.linePos(place(node)).line}`,
    resolve: (node) => (isAlias(node) && document !== undefined ? node.resolve(document) : node),
  };
}

/** The parser's own words, where they say what to do. */
function syntax(code: string, message: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this is said twice: leave one out';
    case 'TAB_AS_INDENT':
      return 'lines are indented by spaces, not tabs';
    default:
      return `this is no YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  }
}

/**
 * What a map says of some settings, by their names, and where each value stands. What is wrong is told to the document.
 * @param others keys that somebody else reads
 */
export function readSettings(
  document: ScenarioDocument,
  map: YAMLMap,
  settings: Settings,
  others: readonly string[] = [],
): { values: Record<string, unknown>; nodes: Map<string, Node> } {
  const names = new Map(Object.entries(settings).map(([name, setting]) => [keyOf(name, setting), name]));
  const values: Record<string, unknown> = {};
  const nodes = new Map<string, Node>();
  for (const pair of map.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const name = names.get(key);
    if (name === undefined) {
      if (!others.includes(key)) document.problem(pair.key as Node, unknownKey(key, [...names.keys(), ...others]));
      continue;
    }
    const node = document.resolve(pair.value) as Node | null;
    nodes.set(name, (pair.value ?? pair.key) as Node);
    const value = readValue(document, key, settings[name]!, node, (pair.value ?? pair.key) as Node);
    if (value !== undefined) values[name] = value;
  }
  for (const [name, node] of nodes) {
    const { exclusive = [], dependsOn = [] } = settings[name]!;
    const key = (other: string) => keyOf(other, settings[other]);
    for (const other of exclusive)
      if (nodes.has(other)) document.problem(node, `${key(name)} and ${key(other)} cannot both be said: leave one out`);
    for (const other of dependsOn)
      if (!nodes.has(other)) document.problem(node, `${key(name)} goes with ${key(other)}, which is not there`);
  }
  return { values, nodes };
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearName(key, known);
  return `there is no setting "${key}"${near !== undefined ? `; did you mean "${near}"?` : `; there are ${known.join(', ')}`}`;
}

function readValue(document: ScenarioDocument, key: string, setting: Setting, node: Node | null, at: Node): unknown {
  const wrong = (what: unknown, place: Node = at) => {
    document.problem(place, `${key} is ${expectedOf(setting)}; got ${what}`);
    return undefined;
  };
  if (setting.kind === 'texts' && isSeq(node)) {
    const texts = node.items.map((item) => {
      const one = document.resolve(item);
      return isScalar(one) && typeof one.value === 'string' ? one.value : wrong(nameOf(one), item as Node);
    });
    // The others are read, so that what is wrong with them is told too.
    return texts.filter((text) => text !== undefined);
  }
  if (!isScalar(node)) return wrong(nameOf(node));
  const { value } = node;
  const said = typeof value === 'string' ? `"${value}"` : nameOf(node);
  switch (setting.kind) {
    case 'text':
      // As it is written: 1.0 is no 1.
      return typeof value === 'string'
        ? value
        : typeof value === 'number'
          ? (node.source ?? String(value))
          : wrong(said);
    case 'texts':
      return typeof value === 'string' ? [value] : wrong(said);
    case 'switch':
      return typeof value === 'boolean' ? value : wrong(said);
    case 'choice':
      // YAML reads 5 as a number, whatever it is meant as.
      return (
        setting.choices.find((one) => one === value || (typeof value === 'number' && one === String(value))) ??
        wrong(said)
      );
    case 'whole':
    case 'time':
    case 'decimal': {
      // A number in quotes is a text.
      const number = typeof value === 'string' && /^-?[0-9]+$/.test(value) ? '' : numberOf(setting, value);
      return typeof number === 'number' ? number : wrong(said);
    }
  }
}

function nameOf(node: unknown): string {
  if (isMap(node)) return 'settings of its own';
  if (isSeq(node)) return 'a list';
  if (isScalar(node)) return node.value === null ? 'nothing' : String(node.value);
  return 'nothing';
}
