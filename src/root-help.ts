/**
 * The list of all commands, laid out from what the build wrote down of the framework's own: to load the framework for it would
 * double what it costs.
 */
import { existsSync } from 'node:fs';
import { homedir, release } from 'node:os';
import { join } from 'node:path';
import { wrapProse } from './wrap-prose.ts';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly arch: string;
  readonly version: string;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(): boolean;
}

/** What stands in the build's text for the machine that prints it. */
const MACHINE = '<machine>';

/** What has the framework say more, or lay it out otherwise; and what else it asks for colours on a terminal. */
const ANYWHERE = /^(DEBUG|SIMCTL_DEBUG|FORCE_COLOR|OCLIF_COLUMNS|WSL_DISTRO_NAME|WSL_INTEROP)$/;
const ON_A_TERMINAL = /^(CI|NO_COLOR|TEAMCITY_VERSION|SIMCTL_CONFIG_DIR|SIMCTL_DISABLE_THEME)$/;

/** The framework's columns where there is no terminal, and its least. */
const COLUMNS = 80;
const NARROWEST = 40;

/** The help, or undefined where only the framework knows how it would say it. */
export function rootHelp(
  built: string,
  { env, platform, arch, version, stdout, stderr }: Surroundings,
): string | undefined {
  const isSet = (names: RegExp) => Object.keys(env).some((name) => names.test(name));
  if (isSet(ANYWHERE) || !['linux', 'darwin'].includes(platform) || /microsoft/i.test(release())) return undefined;
  const text = built.replace(MACHINE, `${platform}-${arch} node-${version}`);
  if (!stdout.isTTY) return wrapProse(text, COLUMNS);
  if (isSet(ON_A_TERMINAL) || hasTheme(env)) return undefined;
  const lines = wrapProse(text, Math.max(NARROWEST, stdout.columns || COLUMNS));
  const isColoured = stderr.isTTY && stdout.hasColors?.();
  return isColoured ? lines.replace(/^[A-Z][A-Z ]+$/gm, '\u001b[1m$&\u001b[22m') : lines;
}

/** Colours of the user's own, which the framework reads. */
function hasTheme({ HOME, XDG_CONFIG_HOME }: Surroundings['env']): boolean {
  return existsSync(join(XDG_CONFIG_HOME || join(HOME || homedir(), '.config'), 'simctl', 'theme.json'));
}
