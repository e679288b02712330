/** Operations of the IoT control plane on topic rules. */
import { type Call, type Operation, operation, pageOf, resultsRequest, seconds } from '../iot/operation.ts';
import type { RuleDefinition } from './definition.ts';
import type { RuleBook, TopicRule } from './rule-book.ts';

/** The body is the rule's definition itself; the book looks at what is in it. */
const definitionOf = ({ body }: Call) => body as unknown as RuleDefinition;

const summaryOf = ({ name, arn, createdAt, definition, rule }: TopicRule) => ({
  ruleArn: arn,
  ruleName: name,
  topicPattern: rule.statement.filter,
  createdAt: seconds(createdAt),
  ruleDisabled: definition.ruleDisabled ?? false,
});

export function topicRuleOperations(book: RuleBook): Operation[] {
  const nameOf = ({ params }: Call) => params.ruleName!;
  return [
    operation('POST', '/rules/{ruleName}', (call) => {
      book.create(nameOf(call), definitionOf(call));
      return {};
    }),
    operation('PATCH', '/rules/{ruleName}', (call) => {
      book.replace(nameOf(call), definitionOf(call));
      return {};
    }),
    operation('GET', '/rules/{ruleName}', (call) => {
      const { name, arn, createdAt, definition } = book.rule(nameOf(call));
      return {
        ruleArn: arn,
        rule: { ruleDisabled: false, ...definition, ruleName: name, createdAt: seconds(createdAt) },
      };
    }),
    operation('GET', '/rules', (call) => {
      const [topic, disabled] = [call.query.get('topic'), call.query.get('ruleDisabled')];
      const wanted = book
        .all()
        .filter(({ rule }) => topic === null || rule.statement.matches(topic.split('/')))
        .filter(({ definition }) => disabled === null || String(definition.ruleDisabled ?? false) === disabled);
      const { items, next } = pageOf(
        wanted.map(({ name }) => name),
        resultsRequest(call),
      );
      return {
        rules: items.map((name) => summaryOf(book.rule(name))),
        ...(next === undefined ? {} : { nextToken: next }),
      };
    }),
    operation('DELETE', '/rules/{ruleName}', (call) => {
      book.delete(nameOf(call));
      return {};
    }),
    operation('POST', '/rules/{ruleName}/enable', (call) => {
      book.setDisabled(nameOf(call), false);
      return {};
    }),
    operation('POST', '/rules/{ruleName}/disable', (call) => {
      book.setDisabled(nameOf(call), true);
      return {};
    }),
  ];
}
