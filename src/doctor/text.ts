import type { Finding } from './finding.ts';

const MARKS = { ok: '✓', warning: '!', problem: '✗' } as const;

/** A line a finding, and below it how to mend it. */
export function doctorText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const lines = findings.flatMap(({ level, what, detail, mend }) => [
    `${MARKS[level]} ${what.padEnd(width)}  ${level === 'ok' ? '' : `${level}: `}${detail}`,
    ...(mend === undefined ? [] : [`${' '.repeat(width + 4)}→ ${mend}`]),
  ]);
  return `${lines.join('\n')}\n\n${verdict(findings)}`;
}

function verdict(findings: readonly Finding[]): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems + warnings === 0) return 'Nothing is missing.';
  const words = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
  if (problems === 0) return `Nothing is missing; ${words(warnings, 'warning')}.`;
  return `${words(problems, 'problem')}${warnings === 0 ? '' : `, ${words(warnings, 'warning')}`}.`;
}
