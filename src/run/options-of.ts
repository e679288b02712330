import { availableParallelism } from 'node:os';
import { placesOf } from './bucket.ts';
import { parseLocalAddresses } from './local-address.ts';
import type { RunOptions } from './options.ts';
import type { RunValues } from './settings.ts';
import { chooseShard } from './shard-choice.ts';
import { parseStartAt } from './start-at.ts';

/** The options of a run that was told `values`, in this environment. @throws UsageError */
export function optionsOf(values: RunValues, env: NodeJS.ProcessEnv = process.env): RunOptions {
  const { shard, shards, 'start-at': startAt } = values;
  return {
    ...placesOf(values.out ?? []),
    shard: chooseShard({ shard, shards }, env),
    startAt: startAt === undefined ? undefined : parseStartAt(startAt),
    dataset: values.dataset,
    probes: values.probes,
    csvColumns: values['csv-columns'],
    generate: {
      agents: values.agents,
      seconds: values.seconds,
      seed: values.seed,
      map: values.map,
      model: values.model,
      profile: values.profile,
      mend: values.mend,
      dropouts: values.dropouts,
      properties: values.properties,
      asTheyGo: values.generate,
    },
    every: values.every,
    target: values.target,
    stack: values.stack,
    queryEndpoint: values['query-endpoint'],
    credentials: values.credentials,
    transport: values.transport,
    client: values.client,
    broker: values.broker,
    topicRoot: values.topic,
    qos: values.qos,
    basicIngest: values['basic-ingest'],
    auth: values.auth,
    mqttVersion: values.mqtt,
    userProperties: values['user-properties'],
    legacySwap: values['legacy-swap'],
    ackTimeoutMs: values['ack-timeout'],
    connectTimeoutMs: values['ack-timeout'],
    lingerMs: values.linger,
    redeliverMs: values.redeliver,
    persistentSession: values['persistent-session'],
    faults: values.fault,
    pace: values.pace,
    minGap: values['min-gap'],
    live: values.live,
    shift: values.shift,
    workers: values.workers ?? Math.max(1, availableParallelism() - 1),
    connectConcurrency: values['connect-concurrency'],
    connectRate: values['connect-rate'],
    localAddresses: parseLocalAddresses(values),
    settleMs: values.settle,
    pollMs: values.poll,
    thresholds: values.threshold,
    lagLimitMs: values['lag-limit'],
    standIn: {
      ingest: values.ingest,
      environments: values.environments,
      jitterMs: values.jitter,
    },
    drop: values.drop,
  };
}
