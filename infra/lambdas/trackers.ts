/** What the handlers' environment says of the trackers, and the client for them. */
import { LocationClient } from '@aws-sdk/client-location';
import { trackerOf } from '../../src/tracker-of.ts';

const { TRACKER_PREFIX = 'sim-iot-tracker', TRACKER_COUNT = '10', LOCATION_DISABLE_HOST_PREFIX } = process.env;

/**
 * One for each execution environment. Region, keys and an endpoint override (AWS_ENDPOINT_URL_LOCATION) come from the
 * environment, as the SDK reads them; that Location shall not put `tracking.` before an overridden host has to be said in code.
 */
export function newLocationClient(): LocationClient {
  return new LocationClient(LOCATION_DISABLE_HOST_PREFIX ? { disableHostPrefix: true } : {});
}

/** The tracker that holds a device. */
export function trackerNameOf(deviceId: string): string {
  return `${TRACKER_PREFIX}${trackerOf(deviceId, Number(TRACKER_COUNT))}`;
}
