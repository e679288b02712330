/** Why a file cannot be read, and perhaps what to do about it; `from-pbf.ts` adds which file it is. */
export class Damage extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
