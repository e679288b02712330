/** What the help's first line needs to know of a flag. */
export interface UsageFlag {
  readonly name: string;
  readonly type: 'boolean' | 'option';
  readonly char?: string;
  readonly hidden?: boolean;
  readonly required?: boolean;
  readonly multiple?: boolean;
  readonly options?: readonly string[];
  /** What stands for its value. */
  readonly helpValue?: string | readonly string[];
  readonly exclusive?: readonly string[];
  readonly dependsOn?: readonly string[];
}

export interface UsageArg {
  readonly name: string;
  readonly hidden?: boolean;
  readonly required?: boolean;
}

export interface UsageCommand {
  readonly id: string;
  readonly args: Readonly<Record<string, UsageArg>>;
  readonly flags: Readonly<Record<string, UsageFlag>>;
  /** False: what comes after the last argument are more of it. */
  readonly strict?: boolean;
}

/** More than so many choices are told in the list of flags alone. */
const MOST_LISTED = 8;

/**
 * How a command is called: `run [SCENARIO] [--dataset DIR | --probes FILE...] [FLAGS]`. What must be said comes first; then
 * flags of which one rules out the other, as one choice; then, in brackets of its own, what goes with another flag alone.
 * oclif's own line leaves an empty choice ("| ]") where flags rule each other out in threes, and joins what only depends.
 */
export function usageOf({ id, args, flags, strict }: UsageCommand): string {
  const shown = Object.values(flags).filter(({ hidden }) => hidden !== true);
  const dependents = shown.filter((flag) => rootOf(flag, flags) !== undefined);
  const choices = choicesOf(shown.filter((flag) => !dependents.includes(flag)));
  const texts = choices.map((choice) => {
    const text = choice.map((flag) => withDependents(flag, dependents)).join(' | ');
    const isRequired = choice.some(({ required }) => required);
    if (!isRequired) return { text: `[${text}]`, isRequired, isChoice: choice.length > 1 };
    return { text: choice.length > 1 ? `(${text})` : text, isRequired, isChoice: true };
  });
  const isLong = texts.filter(({ isChoice }) => !isChoice).length > MOST_LISTED;
  const said = [
    ...texts.filter(({ isRequired }) => isRequired),
    ...texts.filter(({ isRequired, isChoice }) => !isRequired && (isChoice || !isLong)),
  ].map(({ text }) => text);
  const more = strict === false ? '...' : '';
  const words = Object.values(args)
    .filter(({ hidden }) => hidden !== true)
    .map(({ name, required }) => (required ? `${name.toUpperCase()}${more}` : `[${name.toUpperCase()}${more}]`));
  return [id, ...words, ...said, ...(isLong ? ['[FLAGS]'] : [])].join(' ');
}

/** The flag that a flag is told behind: the first that it depends on, where that is a flag to be shown. */
function rootOf({ dependsOn }: UsageFlag, flags: UsageCommand['flags']): UsageFlag | undefined {
  const root = flags[dependsOn?.[0] ?? ''];
  return root?.hidden === true ? undefined : root;
}

/** Flags in the order they came in, those that rule each other out (by however many steps) together. */
function choicesOf(flags: readonly UsageFlag[]): UsageFlag[][] {
  const choices: UsageFlag[][] = [];
  for (const flag of flags) {
    const touched = choices.filter((choice) => choice.some((other) => excludes(flag, other) || excludes(other, flag)));
    const [first] = touched;
    if (first === undefined) {
      choices.push([flag]);
      continue;
    }
    for (const other of touched.slice(1)) first.push(...choices.splice(choices.indexOf(other), 1).flat());
    first.push(flag);
  }
  return choices;
}

function excludes(a: UsageFlag, b: UsageFlag): boolean {
  return a.exclusive?.includes(b.name) === true;
}

function withDependents(flag: UsageFlag, dependents: readonly UsageFlag[]): string {
  const own = dependents.filter(({ dependsOn }) => dependsOn?.[0] === flag.name);
  return [flagText(flag), ...own.map((other) => `[${withDependents(other, dependents)}]`)].join(' ');
}

function flagText(flag: UsageFlag): string {
  const name = flag.char === undefined ? `--${flag.name}` : `-${flag.char}`;
  if (flag.type === 'boolean') return name;
  const value = flag.helpValue ?? flag.options?.join('|') ?? '<value>';
  return `${name} ${typeof value === 'string' ? value : value.join(' ')}${flag.multiple ? '...' : ''}`;
}
