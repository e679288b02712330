import { CommandHelp, Help } from './oclif.ts';
import { type UsageCommand, usageOf } from './usage.ts';
import { wrapProse } from './wrap-prose.ts';

/** A text without a template in it stands as it is: the framework would compile each, most of the time that a help takes. */
function templatesOnly(render: Help['render']): Help['render'] {
  return (text) => (text.includes('<%') ? render(text) : text);
}

class SimctlCommandHelp extends CommandHelp {
  constructor(...args: ConstructorParameters<typeof CommandHelp>) {
    super(...args);
    this.render = templatesOnly(this.render);
  }

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

const FIRST_STEPS = `\
$ simctl run         1,000 devices against a stand-in of AWS, on this machine
$ simctl run --help  all that a run can be told
$ simctl doctor      what a larger run, or one on AWS, lacks on this machine`;

/** The framework's help, but for these parts of it; package.json names this file to it. */
export default class SimctlHelp extends Help {
  override CommandHelpClass = SimctlCommandHelp;

  constructor(...args: ConstructorParameters<typeof Help>) {
    super(...args);
    this.render = templatesOnly(this.render);
  }

  /** With where to begin, behind the list of all. */
  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp();
    this.log(wrapProse(this.section('FIRST STEPS', FIRST_STEPS), this.opts.maxWidth));
  }

  /** A sentence at the margin is broken between words, as all else is already. */
  protected override log(...texts: string[]): void {
    super.log(...texts.map((text) => text.replace(/^\S.*$/gm, (line) => wrapProse(line, this.opts.maxWidth))));
  }
}
