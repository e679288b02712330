/** Events that no attempt succeeded with: `dead-letters.ndjson`, made when there is a first one. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';

/** In the form of a Lambda destination's record (developer guide, invocation-async-retain-records), a line each. */
export function deadLetters(dir: string, now: () => number, log: (line: string) => void) {
  const file = join(dir, 'dead-letters.ndjson');
  return (functionName: string, requestPayload: unknown, error: unknown) => {
    const record = {
      timestamp: new Date(now()).toISOString(),
      requestContext: { functionName, condition: 'RetriesExhausted' },
      requestPayload,
      responsePayload: { errorMessage: messageOf(error), errorType: error instanceof Error ? error.name : 'Error' },
    };
    try {
      appendFileSync(file, `${JSON.stringify(record)}\n`);
    } catch (failure) {
      log(`${file}: ${messageOf(failure)}`);
    }
  };
}
