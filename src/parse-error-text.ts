import { stripVTControlCharacters } from 'node:util';

/**
 * What is wrong with a command line, in one line where it is one thing: @oclif/core's message
 * (lib/parser/errors.js, lib/parser/parse.js) without its headline, its tabs and its reference to the help.
 */
export function parseErrorText(message: string): string {
  return (
    stripVTControlCharacters(message)
      .replace(/\s*\nSee more help with --help\s*$/, '')
      .replace(/^Parsing (--\S+)\s+(\S)/, (_, flag: string, first: string) => `${flag}: ${first.toLowerCase()}`)
      .replace(
        /\bexpected an integer( greater| less)?(?: than or equal to (-?[0-9]+))? but received: ?(.*)$/,
        (_, bound: string | undefined, limit: string, got: string) =>
          `expected a whole number${bound === undefined ? '' : ` of at ${bound === ' less' ? 'most' : 'least'} ${limit}`}; got "${got}"`,
      )
      // Of flags with several values, which are one value each with us (multipleNonGreedy).
      .replace(/\n\nNote: \S+ allows? multiple values\.[\s\S]*$/, '')
      .replace(/^The following errors? occurred:\s*/, '')
      .replaceAll(/\n[ \t]+/g, '\n')
      .replaceAll(/^Missing required flag (\S+)$/gm, '--$1 is missing')
      .replace(/^Missing 1 required arg:\s*(\S+)\s+/, (_, name: string) => `${name.toUpperCase()} is missing: `)
  );
}
