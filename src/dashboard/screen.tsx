import { Box, Text } from 'ink';
import type { Percentiles } from '../histogram.ts';
import type { Progress, Step } from './reporter.ts';

/** All that the screen shows; it is drawn from this alone. */
export interface ScreenState {
  readonly title: string;
  readonly step: Step;
  readonly text: string;
  /** Of the current step, where it counts something. */
  readonly done: number;
  readonly total: number;
  readonly fleet: Progress | undefined;
  /** Updates sent in each of the last seconds, oldest first. */
  readonly rates: readonly number[];
  readonly notes: readonly string[];
  readonly stopping: boolean;
}

const STEPS: readonly { step: Step; name: string }[] = [
  { step: 'prepare', name: 'fleet' },
  { step: 'backend', name: 'backend' },
  { step: 'provision', name: 'certificates' },
  { step: 'connect', name: 'connect' },
  { step: 'run', name: 'run' },
  { step: 'settle', name: 'settle' },
  { step: 'sweep', name: 'history' },
  { step: 'analyse', name: 'analyse' },
];

export function Screen({ state, columns }: { state: ScreenState; columns: number }) {
  const { title, step, text, done, total, fleet, rates, notes, stopping } = state;
  const at = STEPS.findIndex((known) => known.step === step);
  const width = Math.max(20, Math.min(columns, 100));
  return (
    <Box flexDirection="column" width={width}>
      <Box gap={1} flexWrap="wrap">
        <Text bold>{title}</Text>
        {STEPS.map(({ step: name, name: label }, i) => (
          <Text key={name} dimColor={i > at} bold={i === at}>
            {i < at ? '✓' : i === at ? '▸' : '·'} {label}
          </Text>
        ))}
      </Box>
      <Text wrap="truncate-end">
        {stopping ? 'Stopping: what is in flight finishes. Ctrl-C again cuts it off.' : text}
      </Text>
      {fleet && fleet.startedAt > 0 ? (
        <Fleet fleet={fleet} rates={rates} width={width} />
      ) : (
        <Text>
          {bar(total > 0 ? done / total : 0, width - 24)} {total > 0 ? `${done}/${total}` : ''}
        </Text>
      )}
      {notes.slice(-3).map((note) => (
        <Text key={note} color="yellow" wrap="truncate-end">
          {note}
        </Text>
      ))}
    </Box>
  );
}

function Fleet({ fleet, rates, width }: { fleet: Progress; rates: readonly number[]; width: number }) {
  const { planned, sent, scheduledMs, startedAt, now } = fleet;
  const elapsed = Math.max(0, now - startedAt);
  const share = planned > 0 ? sent / planned : 0;
  const left = scheduledMs > 0 ? scheduledMs - elapsed : share > 0 ? elapsed / share - elapsed : 0;
  const rate = rates.at(-1) ?? 0;
  const bad = fleet.failed + fleet.unknown;
  return (
    <Box flexDirection="column">
      <Text>
        {bar(share, width - 24)} {Math.floor(share * 100)} %{left > 0 ? `, ${duration(left)} left` : ''}
      </Text>
      <Text>
        {spark(rates, Math.max(10, width - 40))} {rate.toFixed(0)} updates/s, {sent} of {planned}
      </Text>
      <Text>
        {fleet.connected} devices connected{fleet.connectFailed > 0 ? ` (${fleet.connectFailed} not)` : ''},{' '}
        {fleet.inFlight} in flight{fleet.seen === undefined ? '' : `, ${fleet.seen} seen by the viewer`}
      </Text>
      <Text
        dimColor
      >{`${'ms'.padEnd(22)}${['p50', 'p90', 'p99', 'p99.9', 'max'].map((name) => name.padStart(9)).join('')}`}</Text>
      <Row name="response (due→answer)" of={fleet.response} />
      <Row name="service (sent→answer)" of={fleet.service} />
      <Row name="late (due→sent)" of={fleet.late} />
      {bad > 0 ? (
        <Text color="red">
          {fleet.failed} failed, {fleet.unknown} without an answer: {failureText(fleet.failures)}
        </Text>
      ) : (
        <Text color="green">no failures</Text>
      )}
    </Box>
  );
}

function Row({ name, of }: { name: string; of: Percentiles }) {
  const cells = [of.p50, of.p90, of.p99, of.p999, of.max].map((ms) =>
    (of.count === 0 ? '–' : ms.toFixed(ms < 100 ? 1 : 0)).padStart(9),
  );
  return (
    <Text>
      {name.padEnd(22)}
      {cells.join('')}
    </Text>
  );
}

export function failureText(failures: Readonly<Record<string, number>>): string {
  return Object.entries(failures)
    .sort(([, a], [, b]) => b - a)
    .map(([code, n]) => `${code} ${n}`)
    .join(', ');
}

/** `share` of `width` cells, filled. */
export function bar(share: number, width: number): string {
  const cells = Math.max(1, Math.floor(width));
  const full = Math.round(Math.min(1, Math.max(0, share)) * cells);
  return '█'.repeat(full) + '░'.repeat(cells - full);
}

const LEVELS = '▁▂▃▄▅▆▇█';

/** The last `width` values as bars, scaled to the largest. */
export function spark(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const top = Math.max(1, ...shown);
  return shown.map((value) => LEVELS[Math.min(7, Math.floor((value / top) * 7.999))]).join('');
}

export function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
