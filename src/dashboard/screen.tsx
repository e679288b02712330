import { Box, Text, useInput } from 'ink';
import { useReducer } from 'react';
import { bar } from './drawing/bars.ts';
import type { History } from './history.ts';
import type { Keys } from './keys.ts';
import { FailuresPage } from './pages/failures.tsx';
import { HelpPage } from './pages/help.tsx';
import { LatencyPage } from './pages/latency.tsx';
import { MapPage } from './pages/map.tsx';
import { Overview } from './pages/overview.tsx';
import type { PageProps } from './pages/page-props.ts';
import { WorkersPage } from './pages/workers.tsx';
import { Colours, Paint } from './paint.tsx';
import type { Step } from './reporter.ts';
import type { RunState } from './run-state.ts';
import { FIRST_VIEW, nextView, PAGES, type Page, type SpecialKey, type View } from './view.ts';

export interface ScreenProps {
  readonly title: string;
  readonly state: RunState;
  readonly history: History;
  /** Of the terminal. */
  readonly columns: number;
  readonly rows: number;
  readonly colours: boolean;
  /** Absent where nobody can press any. */
  readonly keys?: Keys | undefined;
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

const PAGE: Record<Page, (props: PageProps) => React.ReactNode> = {
  overview: Overview,
  workers: WorkersPage,
  failures: FailuresPage,
  map: MapPage,
  latency: LatencyPage,
};

/** Notes that stay on the screen. */
const NOTES = 2;

/** The whole screen, in one row less than the terminal has: with all of them, every frame would be drawn from nothing. */
export function Screen({ title, state, history, columns, rows, colours, keys }: ScreenProps) {
  const [view, press] = useReducer(
    (was: View, { input, key }: { input: string; key: SpecialKey }) => nextView(was, input, key),
    FIRST_VIEW,
  );
  useInput(
    (input, key) => {
      if (key.ctrl) {
        if (input === 'c') keys?.stop();
        return;
      }
      // Keys that were pressed quickly come together.
      for (const character of input === '' ? [''] : input) {
        if (character === 'q' && !state.stopping) keys?.stop();
        else if (character === 'p' || character === ' ') keys?.pause?.();
        else press({ input: character, key });
      }
    },
    { isActive: keys !== undefined },
  );
  const { fleet, notes } = state;
  const width = Math.max(20, columns);
  const height = Math.max(8, rows - 1);
  const started = fleet !== undefined && fleet.startedAt > 0;
  const shownNotes = height >= 16 ? notes.slice(-NOTES) : [];
  const room = height - 2 - (started && keys ? 1 : 0) - shownNotes.length;
  // Without keys there is one page, and only as much of it as there is to say: it may stay when the run is over.
  const Shown = PAGE[keys ? view.page : 'overview'];
  return (
    <Colours value={colours}>
      <Box
        flexDirection="column"
        width={width}
        {...(keys && (started || view.help) ? { height } : {})}
        overflowY="hidden"
      >
        <Steps title={title} step={state.step} width={width} />
        {started && keys ? <Tabs view={view} keys={keys} width={width} /> : null}
        <Doing state={state} width={width} counts={started} watching={keys?.watching === true} />
        {started || (view.help && keys) ? (
          <Box {...(keys ? { height: room } : {})} flexShrink={0} overflowY="hidden">
            {view.help && keys ? (
              <HelpPage keys={keys} height={room} />
            ) : fleet ? (
              <Shown fleet={fleet} history={history} width={width} height={room} sort={view.sort} />
            ) : null}
          </Box>
        ) : null}
        {shownNotes.map((note) => (
          <Paint key={note} color="yellow" wrap="truncate-end">
            {note}
          </Paint>
        ))}
      </Box>
    </Colours>
  );
}

function Steps({ title, step, width }: { title: string; step: Step; width: number }) {
  // Of CloudWatch's figures only a deployed backend has any; they belong to what is read back.
  const at = STEPS.findIndex((known) => known.step === (step === 'metrics' ? 'sweep' : step));
  const before = STEPS.slice(0, at).map(({ name }) => `✓ ${name}`);
  const after = STEPS.slice(at + 1).map(({ name }) => `· ${name}`);
  const now = `▸ ${STEPS[at]?.name ?? step}`;
  const whole = [title, ...before, now, ...after].join(' ').length <= width;
  const middling = [title, '✓'.repeat(at), now, ...after].join(' ').length <= width;
  const done = whole ? before.join(' ') : middling ? '✓'.repeat(at) : '';
  return (
    <Text wrap="truncate-end">
      <Text bold>{title}</Text>
      {done === '' ? '' : ` ${done}`} <Text bold>{now}</Text>
      <Text dimColor> {whole || middling ? after.join(' ') : `${at + 1} of ${STEPS.length}`}</Text>
    </Text>
  );
}

function Tabs({ view, keys, width }: { view: View; keys: Keys; width: number }) {
  const roomy = width >= 64;
  const tabs = PAGES.map((page, i) => {
    const here = page === view.page && !view.help;
    const name = roomy || here ? `${i + 1} ${page}` : String(i + 1);
    return { page, here, text: here ? `[${name}]` : ` ${name} ` };
  });
  const hints = [...(keys.pause ? ['p pause'] : []), keys.watching ? 'q leave' : 'q stop', '? help'].join('  ');
  const used = tabs.reduce((sum, { text }) => sum + text.length, 0);
  const shownHints = used + hints.length < width ? hints : used + 2 < width ? '?' : '';
  return (
    <Text wrap="truncate-end">
      {tabs.map(({ page, here, text }) => (
        <Text key={page} bold={here} dimColor={!here}>
          {text}
        </Text>
      ))}
      <Text dimColor>{shownHints.padStart(width - used)}</Text>
    </Text>
  );
}

interface DoingProps {
  readonly state: RunState;
  readonly width: number;
  /** The fleet's own figures say how far it is. */
  readonly counts: boolean;
  readonly watching: boolean;
}

/** What is being done, and how far it is where the fleet does not say. */
function Doing({ state, width, counts, watching }: DoingProps) {
  const { stopping, text, done, total, step, fleet } = state;
  if (stopping)
    return (
      <Paint color="yellow" wrap="truncate-end">
        Stopping: what is in flight finishes.{watching ? '' : ' Ctrl-C again cuts it off.'}
      </Paint>
    );
  if (fleet?.stage === 'paused' && step === 'run')
    return (
      <Paint color="yellow" wrap="truncate-end">
        PAUSED: nothing is sent, and all that is due moves on.{watching ? '' : ' p goes on.'}
      </Paint>
    );
  const far = total > 0 ? ` ${done}/${total}` : '';
  if (counts) return <Text wrap="truncate-end">{step === 'run' ? text : `${text}${far}`}</Text>;
  return (
    <Box flexDirection="column">
      <Text wrap="truncate-end">{text}</Text>
      <Text wrap="truncate-end">
        <Paint color="green">{bar(total > 0 ? done / total : 0, width - 24)}</Paint>
        {far}
      </Text>
    </Box>
  );
}
