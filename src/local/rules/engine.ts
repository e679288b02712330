/** The rule engine: each message goes past every rule, and where a rule's filter and condition hold, to its actions. */
import type { StoppableClock } from '../../clock.ts';
import { messageOf } from '../../errors.ts';
import { randomOf } from '../../random.ts';
import { parseJson } from '../json.ts';
import type { Scope } from './expression.ts';
import type { Statement } from './sql.ts';

/** A message as the broker took it. */
export interface PublishedMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly clientId: string;
  readonly principal: string;
}

/** What an action gets: the SELECT's result, and the message itself for its templates. */
export interface Triggered {
  readonly event: unknown;
  readonly scope: Scope;
  readonly message: PublishedMessage;
}

export interface Action {
  readonly name: string;
  /** @throws what the action fails with, now or later. */
  run(triggered: Triggered): void | Promise<void>;
}

export interface Rule {
  readonly name: string;
  readonly statement: Statement;
  readonly actions: readonly Action[];
  /** Gets one message for each message that the rule, or one of its actions, failed with. */
  readonly errorAction?: Action;
}

export interface RuleEngineOptions {
  readonly accountId: string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Messages that are to get lost here: a fault to be found. */
  readonly discards?: (message: PublishedMessage) => boolean;
  /** Told of each rule that held, and of each action that was carried out, or was not. */
  readonly onMatch?: (rule: Rule) => void;
  readonly onAction?: (rule: Rule, action: Action, succeeded: boolean) => void;
  readonly onFailure?: (rule: Rule, message: PublishedMessage, what: string) => void;
  /**
   * Each message takes a random part of `ms` on its way to the actions, whatever they are: "the rules engine is a fully
   * distributed service, there is no guarantee of message order" (developer guide, SQS action).
   */
  readonly jitter?: { readonly ms: number; readonly clock: StoppableClock; readonly seed: number };
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
  readonly #random: () => number;
  #waiting = 0;
  #onIdle: (() => void)[] = [];

  constructor(options: RuleEngineOptions) {
    this.#options = options;
    this.#random = randomOf(options.jitter?.seed ?? 0, 'rule engine');
  }

  /** Resolves once every message has been handed to its actions, and they are done with it. */
  idle(): Promise<void> {
    if (this.#waiting === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
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
    const { accountId, now, jitter } = this.#options;
    try {
      const { clientId, principal } = message;
      const scope: Scope = { payload: payload(), levels, clientId, principal, accountId, now: now() };
      if (!rule.statement.where(scope)) return;
      this.counters.matched++;
      this.#options.onMatch?.(rule);
      const triggered = { event: rule.statement.select(scope), scope, message };
      if (!jitter || jitter.ms === 0) this.#act(rule, triggered);
      else
        this.#track(
          jitter.clock.until(jitter.clock.now() + jitter.ms * this.#random()).then(() => this.#act(rule, triggered)),
        );
    } catch (error) {
      this.#fail(rule, message, undefined, error);
    }
  }

  /** Each action by itself: one that fails does not keep the others from it. */
  #act(rule: Rule, triggered: Triggered): void {
    const { onAction } = this.#options;
    for (const action of rule.actions) {
      const failed = (error: unknown) => {
        onAction?.(rule, action, false);
        this.#fail(rule, triggered.message, action, error);
      };
      const succeeded = () => onAction?.(rule, action, true);
      try {
        const running = action.run(triggered);
        if (running) this.#track(running.then(succeeded, failed));
        else succeeded();
      } catch (error) {
        failed(error);
      }
    }
  }

  #fail(rule: Rule, message: PublishedMessage, action: Action | undefined, error: unknown): void {
    const { accountId, now, onFailure } = this.#options;
    this.counters.failed++;
    const what = messageOf(error);
    onFailure?.(rule, message, `${rule.name}${action ? `, action ${action.name}` : ''}: ${what}`);
    if (!rule.errorAction) return;
    const event = errorMessage(rule, message, action, what);
    const { clientId, principal, topic } = message;
    const scope: Scope = {
      payload: event,
      levels: topic.split('/'),
      clientId,
      principal,
      accountId,
      now: now(),
    };
    const lost = (error: unknown) => onFailure?.(rule, message, `${rule.name}, error action: ${messageOf(error)}`);
    try {
      const running = rule.errorAction.run({ event, scope, message });
      if (running) this.#track(running.catch(lost));
    } catch (error) {
      lost(error);
    }
  }

  #track(running: Promise<unknown>): void {
    this.#waiting++;
    void running.finally(() => {
      if (--this.#waiting > 0) return;
      for (const resolve of this.#onIdle.splice(0)) resolve();
    });
  }
}

/** What an error action is given (developer guide, rule-error-handling). */
function errorMessage(
  { name }: Rule,
  { topic, payload, clientId }: PublishedMessage,
  action: Action | undefined,
  what: string,
) {
  return {
    ruleName: name,
    topic,
    clientId,
    base64OriginalPayload: payload.toString('base64'),
    failures: [{ failedAction: action?.name ?? 'rule', failedResource: action?.name ?? name, errorMessage: what }],
  };
}

function parseOnce(bytes: Buffer): () => unknown {
  let parsed: { value: unknown } | undefined;
  return () => {
    parsed ??= { value: parseJson(bytes) };
    return parsed.value;
  };
}
