import { LocationClient } from '@aws-sdk/client-location';
import { type Api, createDoor } from '../../src/local/http.ts';
import { type LocationApiOptions, locationApi } from '../../src/local/trackers/api.ts';
import { Trackers, type TrackersOptions } from '../../src/local/trackers/trackers.ts';

/** The stand-in's trackers behind its HTTP door, with an official client for them and a clock to set. */
export async function startTrackers(options: Partial<TrackersOptions> & LocationApiOptions & { apis?: Api[] } = {}) {
  const clock = { now: Date.UTC(2026, 10, 24, 12) };
  const trackers = new Trackers({ region: 'eu-west-1', accountId: '000000000000', now: () => clock.now, ...options });
  const door = await createDoor([locationApi(trackers, options), ...(options.apis ?? [])], {
    host: '127.0.0.1',
    port: 0,
  });
  const endpoint = `http://127.0.0.1:${door.port}`;
  const client = new LocationClient({
    region: 'eu-west-1',
    endpoint,
    disableHostPrefix: true,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    retryMode: 'standard',
    maxAttempts: 1,
  });
  return {
    clock,
    trackers,
    endpoint,
    client,
    async close() {
      client.destroy();
      await door.close();
    },
  };
}
