/** The account's topic rules: their definitions, and those of them that the engine runs. */
import { NO_SHELVES, type Shelves } from '../data-dir/shelf.ts';
import { Catalogue } from '../iot/catalogue.ts';
import { IotError, invalid } from '../iot/errors.ts';
import { type ActionTargets, DefinitionError, type RuleDefinition, ruleOf } from './definition.ts';
import type { Rule, RuleEngine } from './engine.ts';
import { SqlParseError } from './tokens.ts';

export interface TopicRule {
  readonly name: string;
  readonly arn: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly definition: RuleDefinition;
  readonly rule: Rule;
}

export interface RuleBookOptions {
  readonly engine: RuleEngine;
  readonly targets: ActionTargets;
  readonly region: string;
  readonly accountId: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly shelves?: Shelves;
}

type RuleRecord = Pick<TopicRule, 'name' | 'createdAt' | 'definition'>;

const NAME = /^[a-zA-Z0-9_]{1,128}$/;
/** AWS IoT quotas "Maximum number of actions per rule" and "rules per account". */
const MAX_ACTIONS = 10;
const MAX_RULES = 1000;

export class RuleBook {
  readonly #rules: Catalogue<TopicRule>;
  readonly #options: RuleBookOptions;

  constructor(options: RuleBookOptions) {
    this.#options = options;
    this.#rules = new Catalogue((options.shelves ?? NO_SHELVES)('topic rule'), {
      nameOf: ({ name }) => name,
      write: ({ name, createdAt, definition }): RuleRecord => ({ name, createdAt, definition }),
      read: ({ name, createdAt, definition }: RuleRecord) => this.#rule(name, definition, createdAt),
    });
    for (const rule of this.#rules.values()) this.#apply(rule);
  }

  /** @throws IotError */
  create(name: string, definition: RuleDefinition): TopicRule {
    if (!NAME.test(name)) throw invalid('A rule is named by 1 to 128 letters, digits and underscores');
    if (this.#rules.get(name))
      throw new IotError('ResourceAlreadyExistsException', `Rule ${name} already exists`, {
        resourceId: name,
        resourceArn: this.#arn(name),
      });
    if (this.#rules.size >= MAX_RULES)
      throw new IotError('LimitExceededException', `An account has at most ${MAX_RULES} rules`);
    return this.#keep(name, definition, this.#options.now());
  }

  replace(name: string, definition: RuleDefinition): TopicRule {
    return this.#keep(name, definition, this.rule(name).createdAt);
  }

  /** Creates it, or puts it in the place of the one of that name. */
  set(name: string, definition: RuleDefinition): TopicRule {
    return this.#rules.get(name) ? this.replace(name, definition) : this.create(name, definition);
  }

  setDisabled(name: string, ruleDisabled: boolean): void {
    const { definition, createdAt } = this.rule(name);
    this.#keep(name, { ...definition, ruleDisabled }, createdAt);
  }

  delete(name: string): void {
    this.#rules.delete(name);
    this.#options.engine.remove(name);
  }

  /** @throws IotError: the model has no ResourceNotFoundException here; AWS says that access is denied. */
  rule(name: string): TopicRule {
    const rule = this.#rules.get(name);
    if (!rule) throw new IotError('UnauthorizedException', `Access to TopicRule '${name}' was denied`);
    return rule;
  }

  all(): TopicRule[] {
    return [...this.#rules.values()];
  }

  #keep(name: string, definition: RuleDefinition, createdAt: number): TopicRule {
    const rule = this.#rule(name, definition, createdAt);
    this.#rules.put(rule);
    this.#apply(rule);
    return rule;
  }

  #rule(name: string, definition: RuleDefinition, createdAt: number): TopicRule {
    return {
      name,
      arn: this.#arn(name),
      createdAt,
      definition,
      rule: compiled(name, definition, this.#options.targets),
    };
  }

  #apply({ name, definition, rule }: TopicRule): void {
    const { engine } = this.#options;
    if (definition.ruleDisabled) engine.remove(name);
    else engine.add(rule);
  }

  #arn(name: string): string {
    const { region, accountId } = this.#options;
    return `arn:aws:iot:${region}:${accountId}:rule/${name}`;
  }
}

function compiled(name: string, definition: RuleDefinition, targets: ActionTargets): Rule {
  if (typeof definition.sql !== 'string') throw invalid('sql must be a string');
  if (!Array.isArray(definition.actions) || definition.actions.length > MAX_ACTIONS)
    throw invalid(`actions must be a list of at most ${MAX_ACTIONS}`);
  try {
    return ruleOf(name, definition, targets);
  } catch (error) {
    if (error instanceof SqlParseError) throw new IotError('SqlParseException', error.message);
    if (error instanceof DefinitionError) throw invalid(error.message);
    throw error;
  }
}
