/** A Dockerfile without an engine of containers: a root that is a directory, and each step taken below it. */
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ended, program } from './simctl.ts';

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** A Dockerfile by its stages. */
export function stagesOf(dockerfile: string): Instruction[][] {
  const lines = dockerfile.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const stages: Instruction[][] = [];
  for (const line of lines) {
    const [, name = '', text = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push([]);
    stages.at(-1)!.push({ name, text });
  }
  return stages;
}

/** What a container has when it starts, below a directory that is its root. */
export interface Image {
  /** What of it is run, and by which program. */
  readonly entry: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * @param contents the directory that the files to copy come from
 * @param env for each `RUN`
 * @returns the image, or the first step that failed
 */
export async function takeSteps(
  dockerfile: string,
  contents: string,
  root: string,
  env: NodeJS.ProcessEnv,
): Promise<Image | (Ended & { readonly step: string })> {
  let [workdir, entry]: [string, string[]] = ['/', []];
  const variables: Record<string, string> = {};
  for (const { name, text } of stagesOf(dockerfile).flat()) {
    if (name === 'WORKDIR') {
      workdir = text;
      await mkdir(join(root, workdir), { recursive: true });
    } else if (name === 'COPY' && !text.startsWith('--from=')) {
      const [from, to] = text.split(' ') as [string, string];
      const pattern = new RegExp(`^${from.replaceAll('.', '\\.').replace('*', '.*')}$`);
      const [found] = (await readdir(contents)).filter((one) => pattern.test(one));
      await cp(join(contents, found!), join(root, workdir, to));
    } else if (name === 'RUN') {
      const ran = await program('sh', ['-ec', text], env, join(root, workdir));
      if (ran.code !== 0) return { ...ran, step: text };
    } else if (name === 'ENV') {
      const [variable, value] = text.split('=') as [string, string];
      variables[variable] = value;
    } else if (name === 'ENTRYPOINT') entry = JSON.parse(text) as string[];
  }
  return { entry, env: variables };
}
