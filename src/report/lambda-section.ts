/** What the functions did, as in the 2022 report's figures 12 and 13: invocations, duration, concurrency; errors and throttles beside. */
import { type LambdaUse, lambdaUse } from '../compare/lambda-use.ts';
import type { MetricLine } from '../run/cloudwatch.ts';
import { lineChart, type Named } from './chart.ts';
import { count, figure, html, type Markup, table } from './markup.ts';
import type { DrawnRun, Section } from './sections.ts';

interface Panel {
  readonly metric: string;
  readonly caption: string;
  readonly unit: string;
  /** Of one step's lines. */
  readonly value: (lines: readonly MetricLine[], stepSeconds: number) => number;
}

const sum = (lines: readonly MetricLine[], of: 'sum' | 'samples') => lines.reduce((all, line) => all + line[of], 0);

const PANELS: readonly Panel[] = [
  {
    metric: 'Invocations',
    caption: 'Invocations a second',
    unit: '1/s',
    value: (lines, stepSeconds) => sum(lines, 'sum') / stepSeconds,
  },
  {
    metric: 'Duration',
    caption: 'Mean duration, milliseconds',
    unit: 'ms',
    value: (lines) => sum(lines, 'sum') / sum(lines, 'samples'), // NaN where nothing ran
  },
  {
    metric: 'ConcurrentExecutions',
    caption: 'Concurrent executions, the most',
    unit: 'at once',
    value: (lines) => lines.reduce((most, { max }) => Math.max(most, max), 0),
  },
];

/** A run's panels before they are drawn: all runs' share their scales. */
interface Drawn {
  readonly uses: readonly LambdaUse[];
  readonly x: readonly number[];
  readonly series: readonly (readonly Named[])[];
}

export function lambdaSection(runs: readonly DrawnRun[]): Section {
  const drawn = runs.map(panelsOf);
  const all = drawn.filter((one) => one !== undefined);
  const xMax = all.reduce((most, { x }) => Math.max(most, x.at(-1)!), 1);
  const yMax = PANELS.map((_, i) =>
    all
      .flatMap(({ series }) => series[i]!)
      .reduce((most, { values }) => values.reduce((high, value) => (value > high ? value : high), most), 0),
  );
  return {
    title: 'Lambda',
    wide: true,
    text: 'What the backend’s functions did, as CloudWatch counts it: the panels of the 2022 report’s figures 12 and 13.',
    parts: drawn.map((one) =>
      one === undefined
        ? html`<p class="note">There is no metrics.ndjson of this run: its backend has no functions, or nobody asked CloudWatch.</p>`
        : panels(one, { xMax, yMax, width: runs.length === 1 ? 'third' : 'half' }),
    ),
  };
}

function panelsOf({ slices, metrics }: DrawnRun): Drawn | undefined {
  const lines = metrics.filter(({ namespace, dimensions }) => namespace === 'AWS/Lambda' && dimensions.FunctionName);
  const [first] = lines;
  if (first === undefined) return undefined;
  // AWS has minutes, the stand-in seconds; the first begins before the run.
  const periodMs = first.seconds * 1000;
  const start = Math.floor((slices[0]?.from ?? first.at) / periodMs) * periodMs;
  const seconds = lines.reduce((last, { at }) => Math.max(last, at - start), 0) / 1000 + first.seconds;
  const step = first.seconds * Math.max(1, Math.ceil(seconds / first.seconds / 120));
  const x = Array.from({ length: Math.ceil(seconds / step) }, (_, n) => n * step);
  const uses = lambdaUse(lines);
  const seriesOf = ({ metric, value }: Panel) =>
    uses.map(({ functionName: name }) => {
      const within: MetricLine[][] = x.map(() => []);
      for (const line of lines)
        if (line.metric === metric && line.dimensions.FunctionName === name)
          within[Math.floor((line.at - start) / 1000 / step)]?.push(line);
      return { name, values: within.map((some) => value(some, step)) };
    });
  return { uses, x, series: PANELS.map(seriesOf) };
}

function panels(
  { uses, x, series }: Drawn,
  { xMax, yMax, width }: { xMax: number; yMax: readonly number[]; width: 'third' | 'half' },
): Markup {
  const names = uses.map(({ functionName }) => functionName);
  const charts = PANELS.map(({ caption, unit }, i) =>
    figure(
      caption,
      lineChart(x, series[i]!, {
        label: `${caption} of ${names.join(', ')}`,
        width,
        xTitle: 'seconds after the start',
        yTitle: unit,
        xMax,
        yMax: yMax[i]!,
      }),
      table(
        ['second', ...names],
        x.map((at, n) => [
          at,
          ...series[i]!.map(({ values }) => (Number.isNaN(values[n]!) ? '–' : Number(values[n]!.toFixed(2)))),
        ]),
      ),
      names,
    ),
  );
  const rows = uses.map(({ functionName, invocations, errors, throttles }) => [
    functionName,
    ...[invocations, errors, throttles].map(count),
  ]);
  return html`<div><div class="panels">${charts}</div>${table(['function', 'invocations', 'errors', 'throttles'], rows)}</div>`;
}
