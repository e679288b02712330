/** The report as one file of HTML: nothing in it is fetched, and nothing runs. */
import { version } from '../version.ts';
import { lambdaSection } from './lambda-section.ts';
import { mapSection, orderSection, reliabilitySection } from './log-sections.ts';
import { marksSection, phasesSection } from './marks.ts';
import { html, Markup } from './markup.ts';
import { STYLE } from './page-style.ts';
import {
  type DrawnRun,
  failureSection,
  latencySection,
  latenessSection,
  percentileSection,
  type Section,
  throughputSection,
} from './sections.ts';
import {
  costSection,
  factsOf,
  fatesSection,
  latencyTableSection,
  planSection,
  thresholdSection,
  verdictCard,
} from './summary-sections.ts';

export function reportPage(runs: readonly DrawnRun[], madeAt: Date): string {
  const title = runs.length === 1 ? `Run ${runs[0]!.name}` : `${runs.length} runs side by side`;
  const sections = [
    fatesSection(runs),
    thresholdSection(runs),
    marksSection(runs),
    phasesSection(runs),
    throughputSection(runs),
    latencySection(runs),
    percentileSection(runs),
    latencyTableSection(runs),
    latenessSection(runs),
    reliabilitySection(runs),
    failureSection(runs),
    orderSection(runs),
    lambdaSection(runs),
    mapSection(runs),
    costSection(runs),
    planSection(runs),
  ].filter((section) => section !== undefined);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${title} – simctl</title><style>${new Markup(STYLE)}</style></head>
<body><main><h1>simctl report · ${title}</h1>
${side(
  runs,
  runs.map((run) => html`<div>${named(runs, run)}${verdictCard(run)}${factsOf(run)}</div>`),
)}
<div class="${runs.length === 1 ? 'columns' : 'rows'}">${sections.map((section) => sectionOf(runs, section))}</div>
<footer>Made by simctl ${version()} on ${madeAt.toISOString().slice(0, 16).replace('T', ' ')} UTC. Times are in milliseconds where nothing else is said; latencies are of acknowledged updates.</footer>
</main></body></html>
`;
  return page.text;
}

function sectionOf(runs: readonly DrawnRun[], { title, text, parts, wide }: Section): Markup {
  return html`<section${wide ? new Markup(' class="wide"') : undefined}><h2>${title}</h2>${text === undefined ? undefined : html`<p class="soft">${text}</p>`}${side(
    runs,
    parts.map((part, i) => html`<div>${named(runs, runs[i]!)}${part}</div>`),
  )}</section>`;
}

function named(runs: readonly DrawnRun[], { name }: DrawnRun): Markup | undefined {
  return runs.length < 2 ? undefined : html`<h3>${name}</h3>`;
}

function side(runs: readonly DrawnRun[], parts: readonly Markup[]): Markup {
  return html`<div class="side${runs.length === 1 ? ' one' : ''}">${parts}</div>`;
}
