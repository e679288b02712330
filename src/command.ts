import { EXIT, isSimctlError } from './errors.ts';
import { Command } from './oclif.ts';
import { parseErrorText } from './parse-error-text.ts';

/** A command that ends with the exit code and the remedy of our own errors, and a stack for bugs alone. */
export abstract class SimctlCommand extends Command {
  protected override async catch(error: Error & { exitCode?: number; oclif?: { exit?: number } }): Promise<unknown> {
    if (error.name === 'AbortError') {
      this.logToStderr('Interrupted.');
      return this.exit(EXIT.interrupted);
    }
    if (error.oclif?.exit === EXIT.usage) {
      this.logToStderr(`Error: ${parseErrorText(error.message)}`);
      this.logToStderr(`See "${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')} --help".`);
      return this.exit(EXIT.usage);
    }
    if (!isSimctlError(error)) return super.catch(error);
    this.logToStderr(`Error: ${error.message}`);
    if (error.hint) this.logToStderr(error.hint);
    return this.exit(error.exitCode);
  }
}
