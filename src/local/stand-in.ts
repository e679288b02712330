/**
 * The stand-in put together: what the services of the account are, and who hands what to whom.
 *
 *     device ─MQTT─▶ broker ─▶ rule engine ─▶ ingest (ingest-design.ts) ─HTTP─▶ trackers
 *     viewer ─HTTP─▶ query API ─▶ get-positions ─HTTP─▶ trackers
 *     fleet  ─HTTP─▶ IoT control plane ─▶ registry ◀─ broker
 *
 * The functions are those of `infra/lambdas`, as they are deployed. Their environment variables are the process's,
 * and so is the console that they print to: one stand-in a process.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { openTrackers } from './account-trackers.ts';
import { type Refusal, startBroker } from './broker.ts';
import { brokerQuota } from './broker-quota.ts';
import { createAuthority, newAuthorityKeys } from './certificate-authority.ts';
import { cloudWatchApi } from './cloudwatch/api.ts';
import { openMetrics } from './cloudwatch/metrics.ts';
import { acknowledged } from './data-dir/acknowledged.ts';
import { openData, openDirectory } from './directories.ts';
import { eventLog } from './event-log.ts';
import { discards } from './faults.ts';
import { createFunctions } from './functions.ts';
import { type Api, createDoor, type Door } from './http.ts';
import { openHttpsDoor } from './https-door.ts';
import { INGEST_RULE, ingestRule, POSITIONS_STREAM } from './ingest-design.ts';
import { iotApi } from './iot/api.ts';
import { createRegistry } from './iot/registry.ts';
import { LAMBDA_DEFAULTS } from './lambda/settings.ts';
import { atPort, endpointOf } from './listening.ts';
import { locationWriter } from './location-writer.ts';
import { openPositionsStream } from './positions-stream.ts';
import { queryApi, STAGE } from './query-api.ts';
import { RuleEngine } from './rules/engine.ts';
import { RuleBook } from './rules/rule-book.ts';
import { topicRuleOperations } from './rules/topic-rule-operations.ts';
import { iotMetrics, streamMetrics } from './service-metrics.ts';
import { sqsApi } from './sqs/api.ts';
import { Queues } from './sqs/queues.ts';
import type { RunningStandIn, StandInOptions } from './stand-in-options.ts';
import { locationApi } from './trackers/api.ts';
import { defaultQuota } from './trackers/quota.ts';
import { livePositions } from './web/live-positions.ts';
import { pageApi } from './web/page.ts';
import { roadTiles } from './web/road-tiles.ts';

const ACCOUNT_ID = '000000000000';
const TRACKER_PREFIX = 'sim-iot-tracker';
const ACCESS_KEY = 'local';
/** A new on-demand stream has four (Kinesis developer guide). */
const SHARDS = 4;
/** An event that is to be tried again may take this long. */
const DRAIN_MS = 5000;

/** Starts all of it. @throws SetupError where a port or the directory cannot be had, UsageError for a bad `drop`. */
export async function openStandIn(
  options: StandInOptions,
  log: (line: string) => void,
  fail: (error: Error) => void,
): Promise<RunningStandIn> {
  const { dir, host = '127.0.0.1', httpPort = 0, mqttPort = 0, httpsPort = 0, trackers: trackerCount = 10 } = options;
  const { region = 'eu-west-1', drop = [], credentialsDir, quota = 'none' } = options;
  const { ingest: design = 'lambda', jitterMs = 0, lambda: { seed = LAMBDA_DEFAULTS.seed } = {} } = options;
  const now = Date.now;
  const clock = systemClock();
  const lost = discards(drop);
  const lock = await openDirectory(dir);
  const roads = options.map === undefined ? undefined : roadTiles(options.map, log);
  const data = options.dataDir === undefined ? undefined : await openData(options.dataDir, { region, lock, fail });
  const kept = <T extends Api>(api: T) => (data ? acknowledged(api, data.settled) : api);

  const authority = await createAuthority(data ? { now, keys: data.authority(() => newAuthorityKeys(now)) } : { now });
  const caFile = join(dir, 'ca.pem');
  await writeFile(caFile, authority.caPem);
  const shelves = data ? { shelves: data.shelves } : {};
  const registry = createRegistry({ region, accountId: ACCOUNT_ID, authority, now, ...shelves });
  const events = eventLog(dir, { region, accountId: ACCOUNT_ID });
  const live = livePositions();
  let stored = 0;
  const { trackers, close: closeTrackers } = openTrackers({
    region,
    accountId: ACCOUNT_ID,
    now,
    names: Array.from({ length: trackerCount }, (_, i) => `${TRACKER_PREFIX}${i}`),
    data,
    onPosition(event) {
      events.write(event);
      live.add(event);
      stored++;
    },
  });
  const queues = new Queues({ region, accountId: ACCOUNT_ID, now });
  const store = design === 'stream' ? 'store-batches' : 'store-positions';
  const metrics = openMetrics(dir, clock.now);
  const measured = { ...iotMetrics(metrics), ...streamMetrics(metrics, POSITIONS_STREAM, store) };
  const functions = createFunctions({
    dir,
    clock,
    metrics,
    lambda: { ...(design === 'stream' ? { environments: SHARDS } : {}), ...options.lambda },
    store,
    onDropped: (name, event) => void queues.send(queues.create(`${name}-dead-letters`), JSON.stringify(event)),
    log,
    fail,
  });
  const location = kept(locationApi(trackers, quota === 'aws' ? { admit: defaultQuota(now) } : {}));
  const engine = new RuleEngine({
    accountId: ACCOUNT_ID,
    now,
    discards: lost,
    onMatch: measured.onMatch,
    onAction: measured.onAction,
    onFailure: (_rule, { topic }, what) => log(`rule ${what} (topic ${topic})`),
    jitter: { ms: jitterMs, clock, seed },
  });
  const { stream, source } = openPositionsStream({
    region,
    accountId: ACCOUNT_ID,
    shards: SHARDS,
    now,
    clock,
    limited: quota === 'aws',
    store: functions.store,
    onPut: measured.onPut,
    onBatch: measured.onBatch,
    log,
  });
  const functionArn = (name: string) => `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${name}`;
  const rules = new RuleBook({
    engine,
    region,
    accountId: ACCOUNT_ID,
    now,
    ...shelves,
    targets: {
      lambda: (arn) => (arn === functionArn(store) ? functions.store : undefined),
      stream: (name) => (name === POSITIONS_STREAM ? stream : undefined),
      send: (url, body) => queues.sendTo(url, body),
      locate: locationWriter(location, functions.report, now),
      republish: (...message) => republish(...message),
    },
  });
  // Whatever was made of it before: the design is what this start says.
  rules.set(
    INGEST_RULE,
    ingestRule(design, { functionArn: functionArn(store), trackerPrefix: TRACKER_PREFIX, trackerCount }),
  );

  let refusals = 0;
  const apis: Api[] = [
    location,
    sqsApi(queues, {
      accountId: ACCOUNT_ID,
      endpoint: () => endpointOf(host, door.port),
      sleep: (ms) => clock.until(clock.now() + ms),
    }),
    cloudWatchApi(metrics, now),
    ...(roads ? [roads.api] : []),
    queryApi({ invoke: (event) => functions.query.invoke(event), now }),
    live.api,
    pageApi(async () => ({
      api: `/${STAGE}`,
      trackerPrefix: TRACKER_PREFIX,
      trackerCount,
      push: '/events',
      map: (await roads?.settings()) ?? null,
      pollSeconds: 1,
      // A fifth of what AWS lets an account read, where its quotas hold.
      readsPerSecond: quota === 'aws' ? 10 : 100,
    })),
    kept(iotApi(registry, { endpointAddress: () => 'localhost', more: topicRuleOperations(rules) })),
  ];
  const onError = (error: unknown, request: string) =>
    log(`${request}: ${error instanceof Error ? error.stack : error}`);
  const door: Door = await atPort('--http-port', host, httpPort, () =>
    createDoor(apis, { host, port: httpPort, onError }),
  );
  const onRefused = ({ clientId, reason }: Refusal) => {
    refusals++;
    log(`refused${clientId === undefined ? '' : ` ${clientId}`}: ${reason}`);
  };
  const openBroker = async () => {
    const broker = await atPort('--mqtt-port', host, mqttPort, () =>
      startBroker({
        host,
        port: mqttPort,
        authority,
        registry,
        quota: brokerQuota(quota),
        ...(data ? { settled: data.settled } : {}),
        onPublish(message) {
          measured.onPublish();
          engine.publish(message);
        },
        onRefused,
      }),
    );
    const accessKeys = new Map([[ACCESS_KEY, ACCESS_KEY]]);
    const https = await atPort('--https-port', host, httpsPort, () =>
      openHttpsDoor({ host, port: httpsPort, authority, broker, accessKeys, region, now, onRefused }),
    ).catch(async (error) => {
      await broker.close();
      throw error;
    });
    return { broker, https };
  };
  const { broker, https } = await openBroker().catch(async (error) => {
    await Promise.all([door.close(), functions.close(), metrics.close(), events.close(), closeTrackers()]);
    await data?.close();
    lock.release();
    throw error;
  });

  // Rules see it too, and may hand it on again; not before whatever is happening now is done.
  const republish = (topic: string, payload: Buffer, qos: 0 | 1) =>
    void setImmediate(() => {
      broker.publish(topic, payload, qos);
      engine.publish({ topic, payload, clientId: '', principal: '' });
    });
  const endpoint = endpointOf(host, door.port);
  functions.environment({
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: ACCESS_KEY,
    AWS_ENDPOINT_URL_LOCATION: endpoint,
    LOCATION_DISABLE_HOST_PREFIX: '1',
    TRACKER_PREFIX,
    TRACKER_COUNT: String(trackerCount),
  });
  log(`MQTT on port ${broker.port}, MQTT over WebSocket on port ${https.port}, HTTP on port ${door.port}`);

  return {
    target: {
      name: 'local',
      region,
      mqttHost: ['127.0.0.1', '0.0.0.0', '::1', '::'].includes(host) ? 'localhost' : host,
      mqttPort: broker.port,
      httpsPort: https.port,
      caFile,
      locationEndpoint: endpoint,
      iotEndpoint: endpoint,
      queryEndpoint: `${endpoint}/${STAGE}`,
      mapPage: `${endpoint}/`,
      credentialsDir,
      ingestLog: functions.ingestLog,
      trackerPrefix: TRACKER_PREFIX,
      trackerCount,
      accessKeyId: ACCESS_KEY,
      secretAccessKey: ACCESS_KEY,
      pid: process.pid,
    },
    status: () => ({
      connections: broker.connections(),
      messages: engine.counters.messages,
      stored,
      invocations: functions.store.counters.invocations,
      errors: functions.store.counters.errors,
      throttles: functions.store.counters.throttles,
      refusals,
    }),
    async stop() {
      await Promise.all([broker.close(), https.close()]);
      const timer = setTimeout(() => {
        clock.stop();
        source.abandon();
        functions.store.abandon();
      }, DRAIN_MS);
      await engine.idle();
      await source.idle();
      await functions.store.idle();
      clearTimeout(timer);
      clock.stop();
      live.close();
      await door.close();
      await Promise.all([functions.close(), metrics.close(), events.close(), closeTrackers()]);
      await data?.close();
      lock.release();
      const { user, system } = process.cpuUsage();
      const { store, query } = functions;
      log('stopped');
      return {
        cpuSeconds: (user + system) / 1e6,
        rules: engine.counters,
        store: store.counters,
        query: query.counters,
        refusals,
      };
    },
  };
}
