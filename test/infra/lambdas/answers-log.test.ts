import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.resetModules();
});

it.each([
  ['', ['Malformed', undefined]],
  ['off', [undefined]],
])('with ANSWERS_LOG=%j a message that is refused leaves lines with the codes %j', async (setting, codes) => {
  vi.stubEnv('ANSWERS_LOG', setting);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  const print = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { handler } = await import('../../../infra/lambdas/store-positions/index.ts');
  await handler({ device: 'a', payload: 'no update' }, { functionName: 'f' });
  const lines = print.mock.calls.map(([line]) => JSON.parse(line));
  expect(lines.map(({ code }) => code)).toEqual(codes);
  expect(lines.at(-1)).toMatchObject({ FunctionName: 'f', Refused: 1 });
});
