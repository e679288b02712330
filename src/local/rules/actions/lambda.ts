/** The rule action `lambda`: an asynchronous invocation with what SELECT made of the message. */
import type { LambdaFunction } from '../../lambda/lambda-function.ts';
import type { Action } from '../engine.ts';

/** Whatever the function makes of the event, the action has succeeded: the function's own retries deal with it. */
export function lambdaAction(lambda: Pick<LambdaFunction, 'enqueue'>): Action {
  return { name: 'lambda', run: ({ event }) => lambda.enqueue(event) };
}
