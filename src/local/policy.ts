/**
 * The policy language of AWS IoT Core, as far as devices meet it: Allow and Deny with actions, resources and
 * conditions. Pure: what a device may do follows from the documents and the variables of its connection.
 */
import { matches, type Pattern, parsePattern, type Variables } from './policy-pattern.ts';

export type { Variables } from './policy-pattern.ts';

export interface Policy {
  readonly statements: readonly Statement[];
}

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly Pattern[];
  readonly resources: readonly Pattern[];
  readonly conditions: readonly Condition[];
}

interface Condition {
  readonly operator: OperatorName;
  readonly key: string;
  readonly values: readonly Pattern[];
}

interface Operator {
  /** Whether one of the condition's values fits. */
  readonly fits: (pattern: Pattern, value: string, variables: Variables) => boolean;
  /** It holds where no value fits; an absent key counts as no fit (IAM, condition operators). */
  readonly negated: boolean;
}

const exactly: Operator['fits'] = (pattern, value, variables) => matches(pattern, value, variables, { wild: false });
const caseless: Operator['fits'] = (pattern, value, variables) =>
  matches(pattern, value, variables, { wild: false, ignoreCase: true });

const OPERATORS = {
  Bool: { fits: caseless, negated: false },
  StringEquals: { fits: exactly, negated: false },
  StringNotEquals: { fits: exactly, negated: true },
  StringEqualsIgnoreCase: { fits: caseless, negated: false },
  StringNotEqualsIgnoreCase: { fits: caseless, negated: true },
  StringLike: { fits: matches, negated: false },
  StringNotLike: { fits: matches, negated: true },
} satisfies Record<string, Operator>;

type OperatorName = keyof typeof OPERATORS;

/** A document that is no policy. The message names the member. */
export class MalformedPolicy extends Error {}

const VERSIONS = ['2012-10-17', '2008-10-17'];

/** Reads a policy document. @throws MalformedPolicy where it is not JSON, or says what AWS IoT policies cannot. */
export function parsePolicy(text: string): Policy {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new MalformedPolicy(`the document is not JSON: ${(error as Error).message}`);
  }
  const { Version, Id, Statement: statements, ...rest } = object(document, 'the document');
  unknownMembers(rest, 'the document');
  if (Id !== undefined && typeof Id !== 'string') throw new MalformedPolicy('Id must be a string');
  if (!VERSIONS.includes(Version as string)) throw new MalformedPolicy(`Version must be one of ${VERSIONS.join(', ')}`);
  const list = Array.isArray(statements) ? statements : [statements];
  if (list.length === 0) throw new MalformedPolicy('Statement must hold at least one statement');
  const pattern = (source: string) => {
    try {
      return parsePattern(source, { variables: Version === VERSIONS[0] });
    } catch (error) {
      throw new MalformedPolicy((error as Error).message);
    }
  };
  return { statements: list.map((statement, i) => parseStatement(statement, `Statement ${i + 1}`, pattern)) };
}

function parseStatement(statement: unknown, where: string, pattern: (source: string) => Pattern): Statement {
  const { Sid, Effect, Action, Resource, Condition: conditions, ...rest } = object(statement, where);
  unknownMembers(rest, where);
  if (Sid !== undefined && typeof Sid !== 'string') throw new MalformedPolicy(`${where}: Sid must be a string`);
  if (Effect !== 'Allow' && Effect !== 'Deny') throw new MalformedPolicy(`${where}: Effect must be Allow or Deny`);
  const actions = strings(Action, `${where}: Action`);
  const foreign = actions.find((action) => action !== '*' && !/^iot:./i.test(action));
  if (foreign !== undefined) throw new MalformedPolicy(`${where}: Action "${foreign}" is not one of AWS IoT`);
  const resources = strings(Resource, `${where}: Resource`);
  const odd = resources.find((resource) => resource !== '*' && !/^arn:aws[a-z-]*:iot:/.test(resource));
  if (odd !== undefined) throw new MalformedPolicy(`${where}: Resource "${odd}" is neither * nor an ARN of AWS IoT`);
  return {
    effect: Effect,
    actions: actions.map(pattern),
    resources: resources.map(pattern),
    conditions: conditions === undefined ? [] : parseConditions(conditions, `${where}: Condition`, pattern),
  };
}

function parseConditions(block: unknown, where: string, pattern: (source: string) => Pattern): Condition[] {
  return Object.entries(object(block, where)).flatMap(([operator, keys]) => {
    if (!Object.hasOwn(OPERATORS, operator)) {
      const known = Object.keys(OPERATORS).join(', ');
      throw new MalformedPolicy(`${where}: the operator ${operator} is not known; these are: ${known}`);
    }
    return Object.entries(object(keys, `${where} ${operator}`)).map(([key, value]) => ({
      operator: operator as OperatorName,
      key,
      values: strings(typeof value === 'boolean' ? String(value) : value, `${where} ${operator} ${key}`).map(pattern),
    }));
  });
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MalformedPolicy(`${where} must be an object`);
  return value as Record<string, unknown>;
}

function strings(value: unknown, where: string): string[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.some((item) => typeof item !== 'string' || item === ''))
    throw new MalformedPolicy(`${where} must be a string or a list of strings`);
  return list;
}

function unknownMembers(rest: Record<string, unknown>, where: string): void {
  const [name] = Object.keys(rest);
  if (name !== undefined)
    throw new MalformedPolicy(`${where} has a member ${name}, which AWS IoT policies do not know`);
}

export interface Question {
  /** Such as `iot:Publish`. */
  readonly action: string;
  /** An ARN, whose part after the account is `client/…`, `topic/…` or `topicfilter/…`. */
  readonly resource: string;
  readonly variables: Variables;
}

/** `denied`: a statement forbids it, which no other can undo; `unmentioned`: none allows it. Both mean no. */
export type Decision = 'allowed' | 'denied' | 'unmentioned';

export function decide(policies: Iterable<Policy>, question: Question): Decision {
  let decision: Decision = 'unmentioned';
  for (const { statements } of policies) {
    for (const statement of statements) {
      if (!applies(statement, question)) continue;
      if (statement.effect === 'Deny') return 'denied';
      decision = 'allowed';
    }
  }
  return decision;
}

function applies({ actions, resources, conditions }: Statement, { action, resource, variables }: Question): boolean {
  return (
    actions.some((pattern) => matches(pattern, action, variables, { ignoreCase: true })) &&
    resources.some((pattern) => matches(pattern, resource, variables)) &&
    conditions.every((condition) => holds(condition, variables))
  );
}

function holds({ operator, key, values }: Condition, variables: Variables): boolean {
  const { fits, negated }: Operator = OPERATORS[operator];
  const value = variables(key);
  return (value !== undefined && values.some((pattern) => fits(pattern, value, variables))) !== negated;
}
