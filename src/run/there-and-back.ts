/** One update of one device on its whole way, there and back, each leg timed: is the target what it should be? */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locationClient } from '../aws.ts';
import { type StoppableClock, systemClock } from '../clock.ts';
import { messageOf, RunError, SetupError } from '../errors.ts';
import { provision } from '../fleet/provision.ts';
import type { Position } from '../model.ts';
import { querySigner } from '../signed-query.ts';
import type { Target } from '../target.ts';
import { readTarget } from '../target-file.ts';
import { trackerOf } from '../tracker-of.ts';
import { createTransport, type TransportSettings } from '../transports/index.ts';
import { SendFailure } from '../transports/transport.ts';
import { TOPIC_ROOT } from '../wire.ts';
import { openBackend } from './backend.ts';
import { endOnSignals } from './signals.ts';

export interface ThereAndBackOptions {
  /** `local` (an embedded stand-in), `aws`, or a ready file's path. */
  readonly target: string;
  /** With `aws`: the stack of infra/ that deployed the backend. */
  readonly stack?: string | undefined;
  /** `iot`: through the device SDK, the topic rule and the function; `tracker`: straight through the Location SDK. */
  readonly by: 'iot' | 'tracker';
  readonly deviceId: string;
  /** How long the position may take to show. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onLeg: (leg: Leg) => void;
}

/** One step that was taken, and how long it took. */
export interface Leg {
  readonly name: string;
  readonly ms: number;
  readonly detail: string;
}

/** `connect           12.3 ms  …` */
export function legText({ name, ms, detail }: Leg): string {
  return `${name.padEnd(10)}${ms.toFixed(1).padStart(9)} ms  ${detail}`;
}

interface Journey extends ThereAndBackOptions {
  readonly to: Target;
  readonly clock: StoppableClock;
  readonly tracker: string;
  leg<T>(name: string, detail: string, step: () => Promise<T>): Promise<T>;
}

/** Götaplatsen, Gothenburg: on the default map. */
const SOMEWHERE: Position = [11.9804, 57.6971];
/** Trackers store a device's position only 30 s of sample time after the last (Amazon Location, time-based filtering). */
const FILTER_MS = 30_000;
const POLL_MS = 100;
/** Whoever is not let in now will not be in a moment. */
const REFUSED = [401, 403];

/** The journey for a person: until a signal, a line a leg. @throws as thereAndBack does */
export async function printJourney(
  by: ThereAndBackOptions['by'],
  { target, stack, device: deviceId, timeout }: JourneyFlags,
  print: (text: string) => void,
): Promise<void> {
  const { stop: signal, release } = endOnSignals();
  const onLeg = (leg: Leg) => print(legText(leg));
  const options = { by, target, stack, deviceId, timeoutMs: timeout * 1000, signal, onLeg };
  await thereAndBack(options).finally(release);
}

interface JourneyFlags {
  readonly target: string;
  readonly stack?: string | undefined;
  readonly device: string;
  /** Seconds. */
  readonly timeout: number;
}

/** @throws SetupError where a leg cannot be taken, RunError where the position does not show in time. */
export async function thereAndBack(options: ThereAndBackOptions): Promise<void> {
  const clock = systemClock();
  const stop = () => clock.stop();
  options.signal.addEventListener('abort', stop, { once: true });
  const leg = async <T>(name: string, detail: string, step: () => Promise<T>): Promise<T> => {
    const began = clock.now();
    const result = await step();
    options.onLeg({ name, ms: clock.now() - began, detail });
    return result;
  };
  const dir = await mkdtemp(join(tmpdir(), 'simctl-there-and-back-'));
  try {
    const { target, stack } = options;
    // An embedded stand-in is no stack's; the same words as a run has for it.
    if (stack !== undefined) await readTarget(target, stack);
    const opening = () => openBackend({ target, stack, queryEndpoint: undefined, drop: [] }, dir);
    const backend =
      target === 'local' ? await leg('stand-in', 'started in a process of its own', opening) : await opening();
    try {
      const to = backend.target;
      const tracker = `${to.trackerPrefix}${trackerOf(options.deviceId, to.trackerCount)}`;
      const journey: Journey = { ...options, to, clock, tracker, leg };
      if (backend.embedded && options.by === 'iot')
        await leg('provision', `${options.deviceId}: a thing, a key and a certificate`, () =>
          provision({ target: to, deviceIds: [options.deviceId], signal: options.signal }),
        );
      await travel(journey);
    } finally {
      await backend.discard();
    }
  } finally {
    options.signal.removeEventListener('abort', stop);
    clock.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function travel(journey: Journey): Promise<void> {
  const { to, by, clock, deviceId, tracker, leg, onLeg, signal } = journey;
  const location = await locationClient(to);
  const { GetDevicePositionCommand } = await import('@aws-sdk/client-location');
  const stored = async () => {
    try {
      return (await location.send(new GetDevicePositionCommand({ TrackerName: tracker, DeviceId: deviceId })))
        .SampleTime;
    } catch (error) {
      // The service answers so for a device of which it holds nothing.
      if ((error as Error).name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  };
  const transport = await createTransport(by, settingsFor(to), clock);
  try {
    const last = (await explained(journey, stored))?.getTime() ?? Number.NEGATIVE_INFINITY;
    const free = last + FILTER_MS;
    const wait = free - clock.now();
    if (wait > 0) {
      // Said before: half a minute of silence would look like a fault.
      onLeg({ name: 'wait', ms: wait, detail: `${tracker} stores a position of a device every 30 s` });
      await clock.until(free);
    }
    const sampleTime = Math.round(clock.now());
    const update = { deviceId, seq: 0, sampleTime, position: SOMEWHERE };

    if (by === 'iot')
      await leg('connect', `${to.mqttHost}:${to.mqttPort}, mutual TLS as ${deviceId}, AWS IoT device SDK`, () =>
        explained(journey, () => transport.connect(deviceId, signal)),
      );
    const [name, detail] =
      by === 'iot'
        ? ['publish', `PUBACK for ${TOPIC_ROOT}/${deviceId}, QoS 1`]
        : ['write', `BatchUpdateDevicePosition to ${tracker}, AWS SDK`];
    await leg(name, detail, () => explained(journey, () => transport.send(update)));

    await leg('stored', `GetDevicePosition of ${tracker} returns it`, () =>
      untilShown(journey, async () => (await stored())?.getTime() === sampleTime),
    );
    if (to.queryEndpoint !== undefined) {
      const sign = to.querySigned ? await querySigner(to.region) : undefined;
      const url = `${to.queryEndpoint}/getLocation?type=device&trackername=${tracker}&deviceid=${encodeURIComponent(deviceId)}`;
      await leg('seen', 'the query API returns it, as a viewer asks', () =>
        untilShown(journey, async () => {
          const response = await fetch(url, { signal, ...(sign === undefined ? {} : { headers: await sign(url) }) });
          if (REFUSED.includes(response.status)) throw new Error(`the query API answers ${response.status}`);
          const answer = (await response.json()) as { SampleTime?: string };
          return Date.parse(answer.SampleTime ?? '') === sampleTime;
        }),
      );
    }
  } finally {
    await transport.close();
    location.destroy();
  }
}

async function untilShown(journey: Journey, shown: () => Promise<boolean>): Promise<void> {
  const { clock, timeoutMs, tracker, to } = journey;
  const deadline = clock.now() + timeoutMs;
  while (!(await explained(journey, shown))) {
    if (clock.now() >= deadline) {
      throw new RunError(`the position did not show within ${timeoutMs / 1000} s`, {
        hint: to.ingestLog
          ? `What the ingest function did is in ${to.ingestLog}.`
          : `Look at the topic rule and the log of the function that writes to ${tracker}.`,
      });
    }
    if (!(await clock.until(clock.now() + POLL_MS))) throw new RunError('interrupted');
  }
}

/** A failed step is a failed target, not a bug. */
async function explained<T>({ to }: Journey, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof RunError || error instanceof SetupError) throw error;
    const code = error instanceof SendFailure ? error.code : (error as Error).name;
    throw new SetupError(`${to.name}: ${messageOf(error)} (${code})`, {
      cause: error,
      hint: HINTS[code] ?? 'Is the target up, and may these credentials use it?',
    });
  }
}

const HINTS: Readonly<Record<string, string>> = {
  'no-certificate':
    'Make the device first: simctl provision --count 1 and the same --target; then name it with --device.',
  'certificate-expired': 'Remove the fleet and provision it anew: simctl fleet remove, simctl provision.',
  'tls-failed': 'Is the caFile of the target the authority that signed the broker, and the certificate still active?',
};

/** One device is in no hurry: time-outs are those of a patient person, and nothing waits for company. */
function settingsFor(target: Target): TransportSettings {
  return {
    target,
    client: 'device-sdk',
    topicRoot: TOPIC_ROOT,
    legacySwap: false,
    qos: 1,
    ackTimeoutMs: 10_000,
    connectTimeoutMs: 10_000,
    keepAliveSeconds: 60,
    seed: 1,
    lingerMs: 0,
  };
}
