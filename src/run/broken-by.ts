/** @returns aborted with what the first of them rejects with: a file that a run writes, say, on a disk that is full */
export function brokenBy(...failed: readonly Promise<never>[]): AbortSignal {
  const broken = new AbortController();
  for (const one of failed) one.catch((error) => broken.abort(error));
  return broken.signal;
}
