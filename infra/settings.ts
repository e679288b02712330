/** What of the backend is chosen at deployment, from the CDK's context (`-c ingest=stream -c trackers=10`). */
import { INGEST_DESIGNS, type IngestDesign } from '../src/local/ingest-design.ts';

/** Who may look at the map besides simctl itself, which signs with IAM. */
export type Viewers =
  /** A user pool of the stack's own, in which administrators make users. */
  | { readonly kind: 'pool' }
  /** Bearers of somebody else's tokens (JWT). */
  | { readonly kind: 'jwt'; readonly issuer: string; readonly audience: readonly string[] }
  /** Nobody: no map page, no routes for it. */
  | { readonly kind: 'none' };

export interface Settings {
  readonly ingest: IngestDesign;
  /** Trackers are named `<trackerPrefix><0 … trackers-1>`. */
  readonly trackers: number;
  readonly trackerPrefix: string;
  /** At most so many ingest functions at once (reserved concurrency); undefined: what the account has. */
  readonly ingestConcurrency: number | undefined;
  /** What the query API lets through; Amazon Location answers 50 reads of a kind a second and account. */
  readonly queriesPerSecond: number;
  readonly viewers: Viewers;
  /** A MapLibre style that the page draws its map by; undefined: devices on an empty ground. */
  readonly mapStyle: string | undefined;
  /** Where alarms are sent; undefined: they can be seen on the dashboard only. */
  readonly alarmEmail: string | undefined;
  /** Whether the function that stores prints the trackers' answers, a line an update: what explains a refusal to simctl. */
  readonly answersLog: boolean;
  /** Whether there are machines to send from, and how many vCPUs they have together, at most. */
  readonly generators: boolean;
  readonly generatorVcpus: number;
  /** Whether trackers, logs and queues outlive the stack. */
  readonly retain: boolean;
  /** The value of the cost allocation tag `cost-center`. */
  readonly costCenter: string;
}

export const DEFAULTS: Settings = {
  ingest: 'lambda',
  trackers: 10,
  trackerPrefix: 'sim-iot-tracker',
  ingestConcurrency: undefined,
  queriesPerSecond: 40,
  viewers: { kind: 'pool' },
  mapStyle: undefined,
  alarmEmail: undefined,
  answersLog: true,
  generators: false,
  generatorVcpus: 64,
  retain: false,
  costCenter: 'simctl',
};

/** `context` gives what `-c name=value` says: always text. @throws Error that names all that is wrong. */
export function readSettings(context: (name: string) => unknown): Settings {
  const problems: string[] = [];
  const text = (name: string): string | undefined => {
    const value = context(name);
    return value === undefined || value === '' ? undefined : String(value);
  };
  const check = (name: string, ok: boolean, wanted: string) => {
    if (!ok) problems.push(`${name} must be ${wanted}, not ${JSON.stringify(context(name))}`);
  };
  const count = (name: string, most: number): number | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    check(name, Number.isInteger(number) && number >= 1 && number <= most, `a whole number from 1 to ${most}`);
    return number;
  };

  const ingest = text('ingest') ?? DEFAULTS.ingest;
  check('ingest', (INGEST_DESIGNS as readonly string[]).includes(ingest), `one of ${INGEST_DESIGNS.join(', ')}`);
  const trackerPrefix = text('trackerPrefix') ?? DEFAULTS.trackerPrefix;
  // ResourceName of Amazon Location is 1 to 100 characters; room is left for the number.
  check('trackerPrefix', /^[-._A-Za-z0-9]{1,90}$/.test(trackerPrefix), 'letters, digits, "-", "." and "_"');
  const flag = (name: 'retain' | 'answersLog' | 'generators'): boolean => {
    const value = text(name) ?? String(DEFAULTS[name]);
    check(name, ['true', 'false'].includes(value), 'true or false');
    return value === 'true';
  };
  const mapStyle = text('mapStyle');
  check('mapStyle', mapStyle === undefined || /^https:\/\/[^\s;,'"]+$/.test(mapStyle), 'an https address');
  const alarmEmail = text('alarmEmail');
  check('alarmEmail', alarmEmail === undefined || /^\S+@\S+$/.test(alarmEmail), 'an address of mail');

  const settings: Settings = {
    ingest: ingest as IngestDesign,
    // Quota "trackers": 500 an account.
    trackers: count('trackers', 500) ?? DEFAULTS.trackers,
    trackerPrefix,
    ingestConcurrency: count('ingestConcurrency', 1000),
    queriesPerSecond: count('queriesPerSecond', 10_000) ?? DEFAULTS.queriesPerSecond,
    viewers: readViewers(text, problems),
    mapStyle,
    alarmEmail,
    answersLog: flag('answersLog'),
    generators: flag('generators'),
    generatorVcpus: count('generatorVcpus', 100_000) ?? DEFAULTS.generatorVcpus,
    retain: flag('retain'),
    costCenter: text('costCenter') ?? DEFAULTS.costCenter,
  };
  if (problems.length > 0) throw new Error(`The context does not describe a backend: ${problems.join('; ')}`);
  return settings;
}

function readViewers(text: (name: string) => string | undefined, problems: string[]): Viewers {
  const [issuer, audience] = [text('jwtIssuer'), text('jwtAudience')];
  const kind = text('viewers') ?? (issuer === undefined ? 'pool' : 'jwt');
  if (kind !== 'jwt') {
    if (issuer !== undefined || audience !== undefined)
      problems.push('jwtIssuer and jwtAudience are for viewers=jwt alone');
    if (kind === 'pool' || kind === 'none') return { kind };
    problems.push(`viewers must be pool, jwt or none, not ${JSON.stringify(kind)}`);
  }
  if (!issuer?.startsWith('https://')) problems.push('viewers=jwt needs jwtIssuer, an https address');
  if (audience === undefined) problems.push('viewers=jwt needs jwtAudience, one or more, with commas between them');
  return { kind: 'jwt', issuer: issuer ?? '', audience: audience?.split(',') ?? [] };
}
