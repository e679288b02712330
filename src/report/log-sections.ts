/** The sections that are made from a run's logs: reliability by device, order of arrival, the functions, the map. */
import { frameOf, pathLine } from '../generator/picture-frame.ts';
import { columnChart, lineChart, type Named } from './chart.ts';
import { count, figure, html, type Markup, table } from './markup.ts';
import type { Track } from './run-details.ts';
import type { DrawnRun, Section } from './sections.ts';

const MOST_COLUMNS = 60;
const none = (text: string) => html`<p class="note">${text}</p>`;

/** The paper's plot of reliability (its section 3.5): how many devices have how many matches. */
export function reliabilitySection(runs: readonly DrawnRun[]): Section {
  return {
    title: 'Reliability by device',
    text: 'How many devices have how many of their updates seen by a viewer. One tall column at the right is what one wants; what a newer position overtook before the viewer looked counts as not seen here.',
    parts: runs.map(({ details: { devicesBySeen } }) => {
      if (devicesBySeen === undefined) return none('No viewer looked: there is no receive log.');
      const highest = Math.max(...devicesBySeen.keys(), 0);
      const width = Math.max(1, Math.ceil((highest + 1) / MOST_COLUMNS));
      const columns = Array.from({ length: Math.floor(highest / width) + 1 }, () => 0);
      for (const [seen, devices] of devicesBySeen) columns[Math.floor(seen / width)]! += devices;
      const x = columns.map((_, n) => n * width);
      const all = columns.reduce((sum, n) => sum + n, 0);
      return figure(
        `${count(all)} devices`,
        columnChart(x, width, [{ name: 'devices', values: columns }], {
          label: 'Devices by how many of their updates were seen',
          xTitle: 'updates seen',
          yTitle: 'devices',
        }),
        table(
          ['updates seen', 'devices'],
          x.flatMap((from, n) =>
            columns[n] === 0 ? [] : [[width === 1 ? from : `${from} to ${from + width - 1}`, columns[n]!]],
          ),
        ),
      );
    }),
  };
}

export function orderSection(runs: readonly DrawnRun[]): Section {
  return {
    title: 'Order of arrival, and refusals',
    text: 'Trackers refuse an update that is older than what they hold; a backend that lets one overtake another loses it.',
    parts: runs.map(({ details: { arrivals }, summary }) => {
      if (arrivals === undefined)
        return none(`There is no ingest log; ${count(summary.reordered)} arrivals out of order are known of.`);
      const series = new Map<string, ReadonlyMap<number, number>>();
      if (arrivals.reordered.size > 0) series.set('after a later one of its device', arrivals.reordered);
      for (const [code, counts] of arrivals.refused) series.set(`refused: ${code}`, counts);
      if (series.size === 0)
        return none('Every update reached the trackers in its device’s order, and none was refused.');
      const last = Math.max(...[...series.values()].flatMap((counts) => [...counts.keys()]));
      const width = Math.max(1, Math.ceil((last + 1) / 120));
      const x = Array.from({ length: Math.floor(last / width) + 1 }, (_, n) => n * width);
      const named: Named[] = [...series].map(([name, counts]) => {
        const values = x.map(() => 0);
        for (const [second, n] of counts) values[Math.floor(second / width)]! += n;
        return { name, values };
      });
      return figure(
        `${count(summary.reordered)} out of order, ${count(summary.refused)} refused for good, ${count(summary.duplicated)} delivered again`,
        lineChart(x, named, {
          label: 'Arrivals out of order and refusals over time',
          xTitle: 'seconds after the start',
          yTitle: 'updates',
        }),
        table(
          ['second', ...named.map(({ name }) => name)],
          x.map((at, n) => [at, ...named.map(({ values }) => values[n]!)]),
        ),
        named.map(({ name }) => name),
      );
    }),
  };
}

export function mapSection(runs: readonly DrawnRun[]): Section {
  return {
    title: 'Where the devices went',
    wide: true,
    text: 'Positions that were sent, each device one line, north up; a dot is where it ended.',
    parts: runs.map(({ details: { tracks } }) =>
      tracks.length === 0 ? none('There are no send logs in this run.') : mapOf(tracks),
    ),
  };
}

const POINTS_APART = 2;

function mapOf(tracks: readonly Track[]): Markup {
  const frame = frameOf({
    lon: Float64Array.from(tracks.flatMap(({ lon }) => lon)),
    lat: Float64Array.from(tracks.flatMap(({ lat }) => lat)),
  });
  const lines = tracks.map(({ lon, lat }, n) => {
    const path = pathLine(POINTS_APART);
    for (const [i, one] of lon.entries()) path.to(frame.x(one), frame.y(lat[i]!));
    const [x, y] = [frame.x(lon.at(-1)!).toFixed(1), frame.y(lat.at(-1)!).toFixed(1)];
    return html`<path class="l track s${(n % 6) + 1}" d="${path.end().d}"/><circle class="c end s${(n % 6) + 1}" cx="${x}" cy="${y}" r="4"/>`;
  });
  const ruler = rulerOf(frame.metresPerPixel * frame.width * 0.2);
  const length = ruler / frame.metresPerPixel;
  const text = ruler >= 1000 ? `${ruler / 1000} km` : `${ruler} m`;
  const svg = html`<svg viewBox="0 0 ${frame.width} ${frame.height + 40}" role="img" aria-label="Tracks of ${tracks.length} devices">${lines}<path class="ruler" d="M20 ${frame.height + 20}v8h${length.toFixed(1)}v-8"/><text class="ruler-text" x="${(length + 32).toFixed(1)}" y="${frame.height + 30}">${text}</text></svg>`;
  const [west, east] = [least(tracks, 'lon'), -least(tracks, 'lon', -1)];
  const [south, north] = [least(tracks, 'lat'), -least(tracks, 'lat', -1)];
  return html`<div class="map">${figure(
    `${count(tracks.length)} devices`,
    svg,
    table(
      ['', 'degrees'],
      [
        ['west', west.toFixed(5)],
        ['east', east.toFixed(5)],
        ['south', south.toFixed(5)],
        ['north', north.toFixed(5)],
      ],
    ),
  )}</div>`;
}

function least(tracks: readonly Track[], axis: keyof Track, sign = 1): number {
  return tracks.reduce(
    (so, track) => track[axis].reduce((far, one) => Math.min(far, sign * one), so),
    Number.POSITIVE_INFINITY,
  );
}

/** 1, 2 or 5 times a power of ten metres, at most so long. */
function rulerOf(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(metres, 1)));
  return power * ([5, 2, 1].find((times) => times * power <= metres) ?? 1);
}
