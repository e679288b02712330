import { Box, Text } from 'ink';
import type { Percentiles } from '../../histogram.ts';
import { bar, spark } from '../drawing/bars.ts';
import { count, duration, ms } from '../drawing/numbers.ts';
import { Paint } from '../paint.tsx';
import type { Progress } from '../reporter.ts';
import type { Series } from '../series.ts';
import { MapPage } from './map.tsx';
import type { PageProps } from './page-props.ts';

/** From here on there is room for the map beside the figures. */
const WIDE = 130;
/** What a terminal of 40 × 15 has room for; each more row shows the next thing. */
const LEAST_ROWS = 10;

export function Overview(props: PageProps) {
  const { width, height } = props;
  if (width < WIDE || height < 16) return <Figures {...props} />;
  const figures = Math.floor(width / 2);
  return (
    <Box gap={3}>
      <Box width={figures}>
        <Figures {...props} width={figures} />
      </Box>
      <MapPage {...props} width={width - figures - 3} />
    </Box>
  );
}

function Figures({ fleet, history, width, height }: PageProps) {
  const { phase, disconnects, redeliveries } = fleet;
  const spare = height - LEAST_ROWS - (phase ? 1 : 0) - (disconnects + redeliveries > 0 ? 1 : 0);
  const { rate, response, lag, inFlight, bad } = history;
  const sparkWidth = width - 28;
  return (
    <Box flexDirection="column" width={width}>
      <ProgressBar fleet={fleet} width={width} />
      {phase ? <Phase fleet={fleet} /> : null}
      {spare >= 6 ? <Text> </Text> : null}
      {spare >= 1 ? <Text dimColor>{`${''.padEnd(width - 16)}${'now'.padStart(8)}${'most'.padStart(8)}`}</Text> : null}
      <Spark name="updates/s" of={rate} text={count} width={sparkWidth} color="cyan" />
      <Spark name="p99 ms" of={response} text={ms} width={sparkWidth} color="magenta" />
      {spare >= 3 ? <Spark name="in flight" of={inFlight} text={count} width={sparkWidth} /> : null}
      {spare >= 4 && bad.max > 0 ? (
        <Spark name="failed/s" of={bad} text={count} width={sparkWidth} color="red" />
      ) : null}
      {spare >= 0 ? <Spark name="lag p99" of={lag} text={ms} width={sparkWidth} /> : null}
      {spare >= 5 ? <Text> </Text> : null}
      <Latencies fleet={fleet} width={width} own={spare >= 2} />
      {spare >= 7 ? <Text> </Text> : null}
      <Devices fleet={fleet} />
      <Connections fleet={fleet} />
      <Failures fleet={fleet} />
    </Box>
  );
}

function ProgressBar({ fleet, width }: { fleet: Progress; width: number }) {
  const { planned, sent, scheduledMs, startedAt, now, pausedMs, stage } = fleet;
  const elapsed = Math.max(0, now - startedAt - pausedMs);
  const share = planned > 0 ? sent / planned : 0;
  const left = scheduledMs > 0 ? scheduledMs - elapsed : share > 0 ? elapsed / share - elapsed : 0;
  const parts = [
    `${Math.floor(share * 100)} %`,
    width >= 60 ? `${sent} of ${planned}` : `${count(sent)}/${count(planned)}`,
    ...(stage === 'paused'
      ? ['PAUSED']
      : stage === 'running' && left > 0 && share < 1
        ? [`${duration(left)} left`]
        : []),
  ];
  const text = ` ${parts.join(', ')}`;
  return (
    <Text wrap="truncate-end">
      <Paint color="green">{bar(share, width - Math.max(text.length, width >= 60 ? 34 : 22))}</Paint>
      {text}
    </Text>
  );
}

function Phase({ fleet: { phase } }: { fleet: Progress }) {
  if (!phase) return null;
  const left = phase.endsInMs > 0 ? `, ${duration(phase.endsInMs)} left` : '';
  return (
    <Text wrap="truncate-end">
      phase {phase.index + 1} of {phase.of}: {phase.name}
      {left}
    </Text>
  );
}

interface SparkProps {
  readonly name: string;
  readonly of: Series;
  readonly text: (value: number) => string;
  readonly width: number;
  readonly color?: string;
}

function Spark({ name, of, text, width, color }: SparkProps) {
  return (
    <Text wrap="truncate-end">
      {name.padEnd(11)}
      <Paint {...(color === undefined ? {} : { color })}>{spark(of.values, width).padEnd(width)}</Paint>
      {` ${text(of.last).padStart(8)}${text(of.max).padStart(8)}`}
    </Text>
  );
}

const POINTS = { p50: 'p50', p90: 'p90', p99: 'p99', p999: 'p99.9', max: 'max' } as const;

function Latencies({ fleet, width, own }: { fleet: Progress; width: number; own: boolean }) {
  const roomy = width >= 64;
  const names = roomy ? (['p50', 'p90', 'p99', 'p999', 'max'] as const) : (['p50', 'p99', 'max'] as const);
  const label = (name: string, meaning: string) => (roomy ? `${name} (${meaning})` : name).padEnd(roomy ? 22 : 12);
  const row = (name: string, of: Percentiles) => (
    <Text wrap="truncate-end">
      {name}
      {names.map((point) => (of.count === 0 ? '–' : ms(of[point])).padStart(9)).join('')}
    </Text>
  );
  return (
    <Box flexDirection="column">
      <Text dimColor wrap="truncate-end">
        {label('ms', 'since the start')}
        {names.map((point) => POINTS[point].padStart(9)).join('')}
      </Text>
      {row(label('response', 'due→answer'), fleet.response)}
      {row(label('service', 'sent→answer'), fleet.service)}
      {row(label('late', 'due→sent'), fleet.late)}
      {own ? row(label('lag', "simctl's own"), fleet.lag) : null}
    </Box>
  );
}

function Devices({ fleet }: { fleet: Progress }) {
  const { connected, connectFailed, inFlight, seen } = fleet;
  const parts = [
    `${connected} devices connected${connectFailed > 0 ? ` (${connectFailed} not)` : ''}`,
    `${inFlight} in flight`,
    ...(seen === undefined ? [] : [`${seen} seen by the viewer`]),
  ];
  return <Text wrap="truncate-end">{parts.join(', ')}</Text>;
}

/** Of connections that held there is nothing to say. */
function Connections({ fleet: { disconnects, reconnects, redeliveries } }: { fleet: Progress }) {
  if (disconnects + redeliveries === 0) return null;
  return (
    <Paint color="yellow" wrap="truncate-end">
      {disconnects} connections lost, {reconnects} made again, {redeliveries} updates redelivered
    </Paint>
  );
}

function Failures({ fleet }: { fleet: Progress }) {
  if (fleet.failed + fleet.unknown === 0) return <Paint color="green">no failures</Paint>;
  return (
    <Paint color="red" wrap="truncate-end">
      {fleet.failed} failed, {fleet.unknown} without an answer: {failureText(fleet.failures)}
    </Paint>
  );
}

export function failureText(failures: Readonly<Record<string, number>>): string {
  return Object.entries(failures)
    .sort(([, a], [, b]) => b - a)
    .map(([code, n]) => `${code} ${n}`)
    .join(', ');
}
