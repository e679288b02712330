/** The rule engine: each message goes past every rule, and where a rule's filter and condition hold, to its actions. */
import { messageOf } from '../../errors.ts';
import type { Scope } from './expression.ts';
import type { Statement } from './sql.ts';

/** A message as the broker took it. */
export interface PublishedMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly clientId: string;
  readonly certificateId: string;
}

/** What an action gets: the SELECT's result, and the message itself for its templates. */
export interface Triggered {
  readonly event: unknown;
  readonly scope: Scope;
  readonly message: PublishedMessage;
}

export interface Action {
  readonly name: string;
  run(triggered: Triggered): void;
}

export interface Rule {
  readonly name: string;
  readonly statement: Statement;
  readonly actions: readonly Action[];
}

export interface RuleEngineOptions {
  readonly accountId: string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Messages that are to get lost here: a fault to be found. */
  readonly discards?: (message: PublishedMessage) => boolean;
  readonly onFailure?: (rule: Rule, message: PublishedMessage, what: string) => void;
}

export interface RuleCounters {
  messages: number;
  /** Rules that held. */
  matched: number;
  failed: number;
  discarded: number;
}

/** Basic Ingest: `$aws/rules/<rule>/<topic>` goes to that rule alone, which does not see the prefix. */
const BASIC_INGEST_LEVELS = 3;

export class RuleEngine {
  readonly counters: RuleCounters = { messages: 0, matched: 0, failed: 0, discarded: 0 };
  readonly #rules = new Map<string, Rule>();
  readonly #options: RuleEngineOptions;

  constructor(options: RuleEngineOptions) {
    this.#options = options;
  }

  add(rule: Rule): void {
    this.#rules.set(rule.name, rule);
  }

  remove(name: string): void {
    this.#rules.delete(name);
  }

  publish(message: PublishedMessage): void {
    this.counters.messages++;
    if (this.#options.discards?.(message)) {
      this.counters.discarded++;
      return;
    }
    let levels = message.topic.split('/');
    if (levels[0] === '$aws' && levels[1] === 'rules') {
      const rule = this.#rules.get(levels[2] ?? '');
      levels = levels.slice(BASIC_INGEST_LEVELS);
      if (rule) this.#apply(rule, levels, message, parseOnce(message.payload));
      return;
    }
    const payload = parseOnce(message.payload);
    for (const rule of this.#rules.values())
      if (rule.statement.matches(levels)) this.#apply(rule, levels, message, payload);
  }

  #apply(rule: Rule, levels: string[], message: PublishedMessage, payload: () => unknown): void {
    const { accountId, now, onFailure } = this.#options;
    let at = rule.name;
    try {
      const { clientId, certificateId } = message;
      const scope: Scope = { payload: payload(), levels, clientId, principal: certificateId, accountId, now: now() };
      if (!rule.statement.where(scope)) return;
      this.counters.matched++;
      const triggered = { event: rule.statement.select(scope), scope, message };
      for (const action of rule.actions) {
        at = `${rule.name}, action ${action.name}`;
        action.run(triggered);
      }
    } catch (error) {
      this.counters.failed++;
      onFailure?.(rule, message, `${at}: ${messageOf(error)}`);
    }
  }
}

function parseOnce(bytes: Buffer): () => unknown {
  let parsed: { value: unknown } | undefined;
  return () => {
    parsed ??= { value: JSON.parse(bytes.toString('utf8')) };
    return parsed.value;
  };
}
