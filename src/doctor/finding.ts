/** What the doctor says of one thing: whether a run can go on with it, what it is, and how to mend it. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'problem';
  /** What was looked at, in two or three words. */
  readonly what: string;
  readonly detail: string;
  /** Of a warning or a problem. */
  readonly mend?: string;
}

export const ok = (what: string, detail: string): Finding => ({ level: 'ok', what, detail });
export const warning = (what: string, detail: string, mend: string): Finding => ({
  level: 'warning',
  what,
  detail,
  mend,
});
export const problem = (what: string, detail: string, mend: string): Finding => ({
  level: 'problem',
  what,
  detail,
  mend,
});
