import { CommandHelp, Help } from './oclif.ts';
import { type UsageCommand, usageOf } from './usage.ts';
import { wrapProse } from './wrap-prose.ts';

class SimctlCommandHelp extends CommandHelp {
  protected override defaultUsage(): string {
    return usageOf(this.command as UsageCommand);
  }

  /** Without the sentence that the help begins with already. */
  protected override description(): string | undefined {
    const { summary, description = '' } = this.command;
    const rest = summary === undefined ? description.split('\n').slice(1).join('\n') : description;
    return rest.trim() === '' ? undefined : this.wrap(rest.trim());
  }
}

/** The framework's help, but for these parts of it; package.json names this file to it. */
export default class SimctlHelp extends Help {
  override CommandHelpClass = SimctlCommandHelp;

  /** A sentence at the margin is broken between words, as all else is already. */
  protected override log(...texts: string[]): void {
    super.log(...texts.map((text) => text.replace(/^\S.*$/gm, (line) => wrapProse(line, this.opts.maxWidth))));
  }
}
