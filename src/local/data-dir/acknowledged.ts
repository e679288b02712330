import { messageOf } from '../../errors.ts';
import { type Api, refusal } from '../http.ts';

/**
 * `api`, whose answers wait for what they rest on: what a request has changed, and also what made it change nothing,
 * such as the position that an update repeats. So whatever a client knows outlives the process.
 */
export function acknowledged(api: Api, settled: () => Promise<unknown> | undefined): Api {
  return async (request) => {
    const reply = await api(request);
    if (reply === undefined) return undefined;
    try {
      await settled();
      return reply;
    } catch (error) {
      return refusal(500, 'InternalServerException', messageOf(error));
    }
  };
}
