/** The estimate as a person reads it. */
import { type Estimate, savings, type Usage } from './estimate.ts';
import { PRICES, PRICES_AS_OF } from './prices.ts';

export function estimateText(estimates: readonly Estimate[], usage: Usage): string {
  const names = [...new Set(estimates.flatMap(({ items }) => items.map(({ name }) => name)))];
  const row = (head: string, cells: readonly string[]) =>
    head.padEnd(36) + cells.map((cell) => cell.padStart(12)).join('');
  const usdOf = ({ items }: Estimate, name: string) => items.find((item) => item.name === name)?.usd;
  const best = estimates.reduce((a, b) => (b.usd < a.usd ? b : a));
  const dominant = best.items.reduce((a, b) => (b.usd > a.usd ? b : a));
  const messages = estimates[0]!.messages;
  const ideas = savings(best, usage);
  return [
    `${usage.devices} devices, an update every ${usage.intervalSeconds} s, ${usage.hoursPerDay} h a day, ${usage.daysPerMonth} days: ${million(messages)} million updates a month`,
    '',
    row(
      'USD a month',
      estimates.map(({ design }) => design),
    ),
    ...names.map((name) =>
      row(
        name,
        estimates.map((one) => money(usdOf(one, name))),
      ),
    ),
    row(
      '',
      estimates.map(() => '─'.repeat(10)),
    ),
    row(
      'all',
      estimates.map(({ usd }) => money(usd)),
    ),
    row(
      'per million updates',
      estimates.map(({ usd }) => money((usd / messages) * 1e6)),
    ),
    '',
    `${dominant.name} are ${((100 * dominant.usd) / best.usd).toFixed(0)} % of the cheapest.`,
    ...(ideas.length === 0
      ? []
      : ['', 'What would save:', ...ideas.map(({ text, usd }) => `  ${money(usd).padStart(10)}  ${text}`)]),
    '',
    `List prices of us-east-1 as of ${PRICES_AS_OF}, unverified; no free tiers, taxes, logs or data transfer. Where they are from:`,
    ...[...new Set(estimates.flatMap(({ items }) => items.map(({ price }) => price)))].map((price) => {
      const { usd, per, unit, source, confidence } = PRICES[price];
      return `  ${usd} per ${per === 1 ? '' : `${million(per)} million `}${unit} (${confidence}: ${source})`;
    }),
  ].join('\n');
}

function money(usd: number | undefined): string {
  if (usd === undefined) return '–';
  return usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function million(n: number): string {
  return (n / 1e6).toLocaleString('en', { maximumFractionDigits: 2 });
}
