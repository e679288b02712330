import { EXIT, isSimctlError, messageOf } from './errors.ts';
import { Command, type Interfaces } from './oclif.ts';
import { parseErrorText } from './parse-error-text.ts';
import { wrapProse } from './wrap-prose.ts';

type Values = Record<string, unknown>;

type ParseError = Error & { exitCode?: number; oclif?: { exit?: number }; flags?: readonly string[] | undefined };

/** A command that ends with the exit code and the remedy of our own errors, and a stack for bugs alone. */
export abstract class SimctlCommand extends Command {
  /** Of numbers (setting-flags.ts): oclif itself stops at the first that is wrong. Their flags have it from the context. */
  readonly wrongValues: string[] = [];

  protected override async parse<F extends Values, B extends Values, A extends Values>(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const { wrongValues } = this;
    let unknown: readonly string[] | undefined;
    try {
      const parsed = await super.parse(options, argv);
      if (wrongValues.length === 0) return parsed;
    } catch (error) {
      if (wrongValues.length === 0 || (error as ParseError).oclif?.exit !== EXIT.usage) throw error;
      wrongValues.push(parseErrorText(messageOf(error)));
      unknown = (error as ParseError).flags;
    }
    throw Object.assign(new Error(wrongValues.join('\n')), { oclif: { exit: EXIT.usage }, flags: unknown });
  }

  protected override async catch(error: ParseError): Promise<unknown> {
    if (error.name === 'AbortError') {
      this.logToStderr('Interrupted.');
      return this.exit(EXIT.interrupted);
    }
    if (error.oclif?.exit === EXIT.usage) {
      this.tell(`Error: ${parseErrorText(error.message)}${await this.meantFlags(error)}`);
      this.tell(`See "${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')} --help".`);
      return this.exit(EXIT.usage);
    }
    if (!isSimctlError(error)) return super.catch(error);
    this.tell(`Error: ${error.message}`);
    if (error.hint) this.tell(error.hint);
    return this.exit(error.exitCode);
  }

  /** Prints sentences and tables for a person, as wide as the terminal is. */
  protected say(text: string): void {
    this.log(wrapProse(text, process.stdout.columns));
  }

  /** What was meant by flags that there are not (@oclif/core, lib/parser/errors.js, NonExistentFlagsError). */
  private async meantFlags({ flags = [] }: ParseError): Promise<string> {
    if (flags.length === 0) return '';
    const { nearName } = await import('./near-name.ts');
    const names = Object.keys(this.ctor.flags);
    const meant = flags.flatMap((flag) => nearName(flag, names) ?? []);
    return meant.length === 0 ? '' : `; did you mean ${meant.map((name) => `--${name}`).join(', ')}?`;
  }

  /** The same beside the output: what a program that reads it is not to take for a figure. */
  protected tell(text: string): void {
    this.logToStderr(wrapProse(text, process.stderr.columns));
  }
}
