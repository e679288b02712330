import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { parseScenario, readScenario } from '../../../src/run/scenario/read-scenario.ts';
import { runSense } from '../../../src/run/scenario/sense.ts';
import { RUN_SETTINGS } from '../../../src/run/settings.ts';

function refusal(text: string, beside = {}, sense?: typeof runSense): string[] {
  try {
    parseScenario('s.yaml', text, beside, sense);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message.split('\n');
  }
  return [];
}

test('settings are those of the flags, with units and without quotes', () => {
  const { values, phases } = parseScenario(
    's.yaml',
    `
agents: 50
seconds: 2 min
ack-timeout: 5s
settle: 250 ms
min-gap: 100
dropouts: 1.0
live: true
qos: 0
probes: a.ndjson
drops: [SLE-1@2, 'SLE-1@3']
thresholds:
  - lost == 0
pace: rate:10/s
`,
  );
  expect(phases).toBeUndefined();
  expect(values).toEqual({
    agents: 50,
    seconds: 120,
    'ack-timeout': 5000,
    settle: 250,
    'min-gap': '100',
    dropouts: '1.0',
    live: true,
    qos: 0,
    probes: ['a.ndjson'],
    drop: ['SLE-1@2', 'SLE-1@3'],
    threshold: ['lost == 0'],
    pace: 'rate:10/s',
  });
});

test('phases become one pace, and each one’s thresholds are of it alone', () => {
  const { values, phases } = parseScenario(
    's.yaml',
    `
pace: rate:7/s
phases:
  - { name: warm, duration: 10s }
  - name: up and down
    pace: ramp:7..70/s over 5s then ramp:70..7/s over 5s
    thresholds: response.p99 < 1s
  - { name: wave, duration: 1min, pace: sine:10/s +-5 every 20s }
thresholds: [ 'late.p99 < 9ms in phase wave' ]
`,
  );
  expect(phases).toEqual([
    { name: 'warm', seconds: 10 },
    { name: 'up and down', seconds: 10 },
    { name: 'wave', seconds: 60 },
  ]);
  expect(values.pace).toBe(
    'rate:7/s over 10s then ramp:7..70/s over 5s then ramp:70..7/s over 5s then sine:10/s +-5 every 20s over 1min',
  );
  expect(values.threshold).toEqual(['late.p99 < 9ms in phase wave', 'response.p99 < 1s in phase up and down']);
});

test('faults of a phase count from its start, and those of the run from its own', () => {
  const { values } = parseScenario(
    's.yaml',
    `
faults: storm at 3s
phases:
  - { name: warm, duration: 10s, pace: rate:5/s }
  - name: rough
    duration: 20s
    pace: rate:5/s
    faults: [cut 10% at 2s for 4s, storm 2 times at random, flap 5% every 2s for 6s]
`,
  );
  expect(values.fault).toEqual([
    'storm at 3s',
    'cut 10% at 12s for 4s',
    'storm 2 times at random between 10s and 30s',
    'flap 5% every 2s at 10s for 6s',
  ]);
});

test('every problem is named at once, each with its place and what to do', () => {
  const text = `agents: many
qos: 2
treshold: lost == 0
wobble: 5
ack-timeout: 5 days
live: maybe
probes: { a: b }
csv-columns: id=a
dataset: here
pace: rumble
phases:
  - duration: 30s
  - name: peak
    pace: rate:5/s
  - name: peak
    duration: 0s
    colour: red
  - soon
  - name: "a\\tb"
    duration: 1s
    thresholds: [ lost == 0, "response.p99 < 5ms in phase nowhere" ]
thresholds:
  - response < 5
  - response.p99 < 5ms in phase nowhere
`;
  expect(refusal(text)).toEqual([
    's.yaml:1:9: agents is a whole number of at least 1; got "many"',
    's.yaml:2:6: qos is one of 0, 1; got 2',
    's.yaml:3:1: there is no setting "treshold"; did you mean "thresholds"?',
    expect.stringMatching(/^s\.yaml:4:1: there is no setting "wobble"; there are dataset, .*, phases$/),
    's.yaml:5:14: ack-timeout is a whole number of ms of at least 1, or a time such as 30s; got "5 days"',
    's.yaml:6:7: live is true or false; got "maybe"',
    's.yaml:7:9: probes is a text, or a list of texts; got settings of its own',
    's.yaml:9:10: dataset and probes cannot both be said: leave one out',
    expect.stringMatching(/^s\.yaml:10:7: pace is replay, replay:SPEED .*; got "rumble"$/),
    's.yaml:12:5: the phase has no name: say one, such as "name: peak"',
    's.yaml:15:11: another phase is called "peak" already',
    's.yaml:16:15: duration is a whole number of ms of at least 1, or a time such as 30s; got "0s"',
    expect.stringMatching(/^s\.yaml:17:5: there is no setting "colour"; there are name, duration, pace/),
    's.yaml:18:5: a phase has a name, and a duration, a pace or both',
    expect.stringContaining('s.yaml:19:11: the name of a phase is letters'),
    expect.stringMatching(/^s\.yaml:21:19: threshold .*lost is known of the whole run, not of a phase/),
    expect.stringMatching(/^s\.yaml:21:30: threshold "response.p99 < 5ms in phase nowhere": there is no phase/),
    expect.stringMatching(/^s\.yaml:23:5: threshold "response < 5": of response say which/),
    's.yaml:24:5: threshold "response.p99 < 5ms in phase nowhere": there is no phase "nowhere"',
  ]);
});

test('what is wrong with the fleet, with faults and with a phase that cannot be read is named in one round', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'simctl-scenario-'));
  const file = join(dir, 's.yaml');
  const text = `model: hover
dropouts: often
map: atlantis
faults: [cut 10% at random between 5s and 9s for 5s]
phases:
  - name: calm
    pace: rumble
  - { name: rough, pace: rate:5/s over 9s, faults: [cut 10% at random for 10s, storm at 20s, storm at random] }
`;
  await writeFile(file, text);
  const error = await readScenario(file).catch((thrown: unknown) => thrown as Error);
  await rm(dir, { recursive: true });
  expect(
    (error as Error).message
      .split(`${file}:`)
      .slice(1)
      .map((line) => line.trim()),
  ).toEqual([
    expect.stringMatching(/^1:8: model is .*; got "hover"$/),
    expect.stringMatching(/^2:11: dropouts is how many an hour.*; got "often"$/),
    '3:6: map: there is no map "atlantis"',
    '4:10: fault "cut 10% at random between 5s and 9s for 5s" lasts longer than the 4s in which it may come',
    expect.stringMatching(/^7:11: pace is replay/),
    '8:53: fault "cut 10% at random for 10s" lasts longer than the 9s in which it may come',
    '8:80: fault "storm at 20s" would come after its phase, which lasts 9s',
  ]);
});

test.each<[string, string, string[]]>([
  ['a tab', 'phases:\n\t- name: a\n', [':2:1: lines are indented by spaces, not tabs']],
  ['a key twice', 'agents: 5\nagents: 6\n', [':2:1: this is said twice: leave one out']],
  ['no YAML', 'agents: [5\n', [': this is no YAML: ']],
  ['two documents', 'agents: 5\n---\nagents: 6\n', [':2:1: a file holds one scenario']],
  ['nothing', '# to be done\n', [':1:1: the file says nothing']],
  ['a list', '- agents: 5\n', [':1:1: a scenario is settings, each as "name: value"']],
  ['no phase', 'phases: []\n', [':1:9: phases is a list: begin each phase with "- name: …"']],
  ['nothing said', 'pace:\n', [':1:6: pace is a text; got nothing']],
  ['what goes with another', 'csv-columns: id=a\n', [':1:14: csv-columns goes with probes, which is not there']],
  [
    'a phase without a length',
    'phases:\n  - name: a\n',
    [':2:5: say how long the phase lasts, such as "duration: 30s"'],
  ],
  ['a pace without an end', 'phases:\n  - { name: a, pace: rate:5/s }\n', [':2:22: pace "rate:5/s" has no end']],
  [
    'two lengths',
    'phases:\n  - { name: a, duration: 5s, pace: rate:5/s over 6s }\n',
    [':2:36: pace "rate:5/s over 6s": its phase lasts 5s, not 6s'],
  ],
  [
    'a pace and phases of other lengths',
    'pace: max over 9s\nphases: [{ name: a, duration: 5s }]\n',
    [':1:7: pace "max over 9s" lasts 9s, and the phases 5s'],
  ],
  [
    'a rest without a pace',
    'pace: max over 9s\nphases: [{ name: a, duration: 5s }, { name: b, pace: rate:1 over 4s }]\n',
    ['the run\'s own pace "max over 9s" has an end'],
  ],
  [
    'a replay after max',
    'phases: [{ name: a, duration: 5s, pace: max }, { name: b, pace: replay:2 over 4s }]\n',
    [
      'after max that depends on the answers of all devices, which no worker knows: put each replay before the first max',
    ],
  ],
  [
    'more than the fleet has',
    'agents: 10\nphases: [{ name: a, pace: rate:50/s over 10s }]\n',
    [
      ':2:9: the phases ask for 500 updates, and 10 agents have 220 at most in 660 s, one each 30 s: say "seconds: 1500", or more agents',
    ],
  ],
  [
    'more than the fleet has, without phases',
    'agents: 2\npace: rate:50/s over 10s\n',
    [':2:7: the pace asks for 500 updates, and 2 agents have 44 at most in 660 s'],
  ],
  [
    'what phases say, where something else cannot be read',
    'pace: rumble\nphases: [{ name: a, pace: ramp:5/s over 5s }, { name: b, duration: 0s, faults: storm }]\n',
    [
      ':1:7: pace is replay',
      ':2:27: pace "ramp:5/s over 5s"',
      ':2:68: duration is a whole',
      ':2:80: fault "storm": it lacks',
    ],
  ],
  [
    'a list of which one is no text',
    'thresholds: [5, respnse < 1]\nfaults: [storm at 1s, { a: b }, storm soon]\n',
    [
      ':1:14: thresholds is a text',
      ':1:17: threshold "respnse < 1"',
      ':2:23: faults is a text',
      ':2:33: fault "storm soon"',
    ],
  ],
  [
    'a random fault that may come after its phase',
    'phases: [{ name: a, pace: rate:1/s over 10s, faults: storm at random between 5s and 30s }]\n',
    [':1:54: fault "storm at random between 5s and 30s" would come after its phase'],
  ],
  [
    'a fault after its phase',
    'phases: [{ name: a, pace: rate:1/s over 10s, faults: storm at 11s }]\n',
    [':1:54: fault "storm at 11s" would come after its phase, which lasts 10s'],
  ],
  [
    'a fault that is none',
    'faults: [storm at 1s, sunshine at 1s]\n',
    [':1:23: fault "sunshine at 1s": there is no fault'],
  ],
  [
    'what a phase cannot know',
    'phases: [{ name: a, pace: rate:1/s over 10s, thresholds: lost == 0 }]\n',
    ['lost is known of the whole run, not of a phase'],
  ],
])('%s is refused', (_, text, expected) => {
  const lines = refusal(text);
  expect(lines).toHaveLength(expected.length);
  for (const [i, part] of expected.entries()) expect(lines[i]).toContain(part);
});

test('settings that need each other, or rule each other out, are told with all the rest, where they stand', () => {
  const text = `agents: 0
transport: mqtt
client: mqttjs
min-gap: soon
live: true
shift: 5s
redeliver: 5s
qos: 0
pace: rumble
local-addresses: [here]
phases:
  - { name: a, duration: 5s, pace: rate:1/s, faults: [half-open at 1s, sunshine at 1s] }
`;
  const said = refusal(text, {}, runSense);
  expect(said).toEqual([
    's.yaml:1:9: agents is a whole number of at least 1; got 0',
    's.yaml:2:12: transport mqtt needs broker mqtt://HOST:PORT',
    expect.stringMatching(/^s\.yaml:3:9: fault half-open reaches into the socket, which client mqttjs keeps to itself/),
    's.yaml:4:10: min-gap is a number of ms, 0 or more, or auto; got "soon"',
    's.yaml:5:7: live stamps the present, so shift has no meaning with it',
    's.yaml:7:12: redeliver goes with qos 1: at QoS 0 nothing is answered',
    expect.stringMatching(/^s\.yaml:9:7: pace is replay/),
    's.yaml:10:18: local-address is an IP address of this machine, or several with commas; got "here"',
    's.yaml:10:18: local-address goes with client lean; mqttjs lets the system choose where it connects from',
    expect.stringMatching(/^s\.yaml:12:\d+: fault "sunshine at 1s"/),
  ]);
});

test.each<[string, string[]]>([
  ['transport: mqtt\n', [':1:12: transport mqtt needs broker mqtt://HOST:PORT']],
  ['broker: mqtt://a\n', [':1:9: broker goes with transport mqtt, not iot']],
  ['transport: mqtt\nbroker: here\n', [':2:9: the broker given is no URL']],
  ['live: true\nshift: 5s\n', [':1:7: live stamps the present, so shift has no meaning with it']],
  [
    'metrics: nine\nshard: 5/4\nstart-at: soon\nout: [a, b]\n',
    [':1:10: metrics is', ':2:8: shard says', ':3:11: start-at', ':4:6: out is'],
  ],
  ['mqtt: 5\n', [':1:7: mqtt 5 takes client mqttjs', ':1:7: mqtt 5: the broker of the stand-in']],
  ['redeliver: 5s\nqos: 0\n', [':1:12: redeliver goes with qos 1']],
  ['transport: tracker\nphases: [{ name: a, pace: rate:1/s over 9s, faults: storm at 1s }]\n', [':1:12: fault harms']],
  ['transport: mqtt\n# with --broker on the command line\n', []],
])('%s', (text, problems) => {
  const beside = problems.length === 0 ? { broker: 'mqtt://a' } : {};
  const said = refusal(text, beside, runSense);
  expect(said).toEqual(problems.map((problem) => expect.stringContaining(problem)));
});

test('flags go before the file, and that is said', () => {
  const text =
    'agents: 5\nthresholds: lost == 0\nphases: [{ name: a, pace: rate:1/s over 10s }, { name: b, duration: 5s, pace: rate:2/s }]\n';
  const { values, phases, notes } = parseScenario('s.yaml', text, {
    agents: 7,
    threshold: ['failed == 0'],
    pace: 'rate:3/s',
  });
  expect(values).toEqual({ agents: 7, threshold: ['failed == 0'], fault: [], pace: 'rate:3/s over 15s' });
  expect(phases?.map(({ seconds }) => seconds)).toEqual([10, 5]);
  expect(notes).toEqual([
    '--agents goes before "agents" of s.yaml:1',
    '--threshold goes before "thresholds" of s.yaml:2',
    '--pace goes before the paces of all phases',
  ]);
});

test('a flag goes before what it excludes', () => {
  const { values, notes } = parseScenario('s.yaml', 'dataset: fleet\nagents: 5\n', { probes: ['p.csv'] });
  expect(values).toEqual({ agents: 5, probes: ['p.csv'] });
  expect(notes).toEqual(['--probes goes before "dataset" of s.yaml:1']);
});

test('anchors stand for what they name', () => {
  const { values } = parseScenario(
    's.yaml',
    'phases: [{ name: a, duration: &t 5s, pace: &p rate:5/s }, { name: b, duration: *t, pace: *p }]\n',
  );
  expect(values.pace).toBe('rate:5/s over 5s then rate:5/s over 5s');
});

test('phases at max are one stretch of it', () => {
  const { values } = parseScenario(
    's.yaml',
    'pace: max\nphases: [{ name: a, duration: 5s }, { name: b, duration: 6s, pace: max }]\n',
  );
  expect(values.pace).toBe('max over 11s');
});

test('a file that is not there is no scenario', async () => {
  await expect(readScenario('nowhere/s.yaml')).rejects.toThrow('there is no scenario nowhere/s.yaml');
});

const examples = readdirSync('examples').filter((name) => name.endsWith('.yaml'));
test.each(examples)('examples/%s is a scenario, and says how to run it', async (name) => {
  const { values } = await readScenario(`examples/${name}`);
  expect(Object.keys(values).every((key) => key in RUN_SETTINGS)).toBe(true);
  expect(readFileSync(`examples/${name}`, 'utf8')).toContain(`simctl run examples/${name}`);
});
