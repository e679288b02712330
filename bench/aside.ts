import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs a file of bench/ in a process of its own, hands it `task`, and resolves with the one message that it answers. */
export async function aside<Result>(file: string, task: object, nodeArgs: readonly string[] = []): Promise<Result> {
  const child = spawn(
    process.execPath,
    [...nodeArgs, '--import', 'tsx', fileURLToPath(new URL(file, import.meta.url))],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const ended = once(child, 'exit');
  child.send(task);
  const [result] = await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => {
      throw new Error(`${file} ended with ${code} and no answer`);
    }),
  ]);
  await ended;
  return result as Result;
}
