/** Charts as SVG text: scales and shapes are d3's, which need no browser; colours are the page's (page-style.ts). */
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { html, type Markup } from './markup.ts';

const HEIGHT = 244;
/** In the units of its own picture: a chart that is shown small has fewer of them, so that its letters stay readable. */
const WIDTHS = { half: 640, third: 420 } as const;
const MARGIN = { top: 24, right: 14, bottom: 34, left: 52 };
const BOTTOM = HEIGHT - MARGIN.bottom;

export interface Named {
  readonly name: string;
  /** In the order of x; NaN: nothing was measured there. */
  readonly values: readonly number[];
}

export interface Axes {
  /** For those who cannot see it. */
  readonly label: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly width?: keyof typeof WIDTHS;
  readonly y?: 'linear' | 'log';
  /** So that charts beside each other have one scale. */
  readonly yMin?: number;
  readonly yMax?: number;
  readonly xMax?: number;
  readonly xTicks?: readonly { readonly at: number; readonly text: string }[];
  /** Stretches of x to be shaded, and shown by their numbers. */
  readonly marks?: readonly { readonly from: number; readonly to: number; readonly text: string }[];
  /** A dashed line, and what it is. */
  readonly limit?: { readonly at: number; readonly text: string } | undefined;
}

/** Of a logarithmic axis, ms: what is faster is drawn at it. */
const LEAST_LOG = 0.01;

export function lineChart(x: readonly number[], series: readonly Named[], axes: Axes): Markup {
  const { xScale, yScale } = scales(
    x.at(-1) ?? 1,
    series.flatMap(({ values }) => values),
    axes,
  );
  const paths = series.map(({ values }, i) => {
    const path = line<number>()
      .defined((n) => !Number.isNaN(values[n]!))
      .x((n) => xScale(x[n]!))
      .y((n) => yScale(Math.max(values[n]!, yScale.domain()[0]!)))
      .digits(1)(x.map((_, n) => n));
    return html`<path class="l s${(i % 7) + 1}" d="${path ?? ''}"/>`;
  });
  return svg(axes, xScale, yScale, paths);
}

/** Columns from x to x + width, one upon the other. */
export function columnChart(x: readonly number[], width: number, series: readonly Named[], axes: Axes): Markup {
  const sums = x.map((_, n) => series.reduce((sum, { values }) => sum + (values[n] ?? 0), 0));
  const { xScale, yScale } = scales((x.at(-1) ?? 0) + width, sums, axes);
  const below = new Array<number>(x.length).fill(0);
  const columns = series.map(({ values }, i) => {
    const d = x.map((from, n) => {
      const [low, high] = [below[n]!, below[n]! + (values[n] ?? 0)];
      below[n] = high;
      if (high <= low) return '';
      const [left, right] = [xScale(from), xScale(from + width)];
      const gap = right - left > 6 ? 1 : 0;
      return `M${left.toFixed(1)} ${yScale(low).toFixed(1)}H${(right - gap).toFixed(1)}V${yScale(high).toFixed(1)}H${left.toFixed(1)}Z`;
    });
    return html`<path class="c s${(i % 7) + 1}" d="${d.join('')}"/>`;
  });
  return svg(axes, xScale, yScale, columns);
}

type Scale = ScaleContinuousNumeric<number, number>;

function scales(xMost: number, values: readonly number[], axes: Axes): { xScale: Scale; yScale: Scale } {
  const positive = values.filter((value) => value > 0);
  const least = Math.max(LEAST_LOG, Math.min(axes.yMin ?? Number.POSITIVE_INFINITY, ...positive));
  const most = Math.max(axes.yMax ?? 0, axes.limit?.at ?? 0, ...values.filter((value) => !Number.isNaN(value)));
  const xScale = scaleLinear([0, axes.xMax ?? (xMost > 0 ? xMost : 1)], [MARGIN.left, rightOf(axes)]);
  const yScale =
    axes.y === 'log'
      ? scaleLog(
          [Number.isFinite(least) ? least : 1, Math.max(most, 10 * (Number.isFinite(least) ? least : 1))],
          [BOTTOM, MARGIN.top],
        ).nice()
      : scaleLinear([0, most > 0 ? most : 1], [BOTTOM, MARGIN.top]).nice(5);
  return { xScale, yScale };
}

function rightOf({ width = 'half' }: Axes): number {
  return WIDTHS[width] - MARGIN.right;
}

function svg(axes: Axes, xScale: Scale, yScale: Scale, marks: readonly Markup[]): Markup {
  const { label, xTitle, yTitle, xTicks, limit, marks: shaded = [] } = axes;
  const right = rightOf(axes);
  const across = xTicks ?? xScale.ticks(right / 80).map((at) => ({ at, text: short(at) }));
  const up = axes.y === 'log' ? powersOfTen(yScale) : yScale.ticks(5);
  const most = xScale.domain()[1]!;
  return html`<svg viewBox="0 0 ${right + MARGIN.right} ${HEIGHT}" role="img" aria-label="${label}">
${shaded.map((one, n) => shade(one, n + 1, xScale))}<g class="grid">${up.map((at) => html`<path d="M${MARGIN.left} ${yScale(at).toFixed(1)}H${right}"/><text class="y" x="${MARGIN.left - 7}" y="${(yScale(at) + 3.5).toFixed(1)}">${short(at)}</text>`)}
${across.filter(({ at }) => at <= most).map(({ at, text }) => html`<path class="tick" d="M${xScale(at).toFixed(1)} ${BOTTOM}v4"/><text class="x" x="${xScale(at).toFixed(1)}" y="${BOTTOM + 16}">${text}</text>`)}
<path class="axis" d="M${MARGIN.left} ${BOTTOM}H${right}"/><text class="title" x="${right}" y="${HEIGHT - 3}">${xTitle}</text><text class="y-title" x="4" y="11">${yTitle}</text></g>
${marks}${limit === undefined ? undefined : html`<path class="limit" d="M${MARGIN.left} ${yScale(limit.at).toFixed(1)}H${right}"/><text class="limit-text" x="${right}" y="${(yScale(limit.at) - 4).toFixed(1)}">${limit.text}</text>`}</svg>`;
}

/** Of a moment, or a chart of hours, more than nothing is to be seen. */
const LEAST_SHADE = 2;

function shade({ from, to, text }: { from: number; to: number; text: string }, number: number, xScale: Scale): Markup {
  const [left, right] = [xScale(Math.max(0, from)), xScale(Math.min(to, xScale.domain()[1]!))];
  const width = Math.max(LEAST_SHADE, right - left);
  return html`<g class="mark"><title>${text}</title><path d="M${left.toFixed(1)} ${MARGIN.top}h${width.toFixed(1)}V${BOTTOM}h-${width.toFixed(1)}Z"/><text x="${(left + width / 2).toFixed(1)}" y="${MARGIN.top - 4}">${number}</text></g>`;
}

function powersOfTen(scale: Scale): number[] {
  const [least, most] = scale.domain() as [number, number];
  const powers: number[] = [];
  for (let at = least; at <= most * 1.001; at *= 10) powers.push(at);
  return powers;
}

function short(value: number): string {
  if (Math.abs(value) >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (Math.abs(value) >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(4)));
}
