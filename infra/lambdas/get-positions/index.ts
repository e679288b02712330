/**
 * The query API behind an HTTP API (payload format 2.0), as the map and the receiver ask it:
 *
 *     GET …/getLocation?type=list&trackername=T[&nexttoken=N]                        → ListDevicePositions
 *     GET …/getLocation?type=device&deviceid=D[&trackername=T]                       → GetDevicePosition
 *     GET …/getLocation?type=history&deviceid=D&start=S&end=E[&trackername=T][&nexttoken=N] → GetDevicePositionHistory
 *     GET …/get-device-without-tracker?deviceid=D                                    → {"TrackerName":"…"}
 *
 * `start` and `end` are timestamps (ISO 8601) or epoch milliseconds.
 */
import {
  GetDevicePositionCommand,
  GetDevicePositionHistoryCommand,
  ListDevicePositionsCommand,
  type LocationClient,
} from '@aws-sdk/client-location';
import { newLocationClient, trackerNameOf } from '../trackers.ts';
import { failed, type HttpReply, ok, refused } from './reply.ts';

/** The part of the event that is read. */
export interface HttpEvent {
  readonly rawPath?: string;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
}

type Parameters = Readonly<Record<string, string | undefined>>;

const client = newLocationClient();

export async function handler(event: HttpEvent): Promise<HttpReply> {
  const parameters = event.queryStringParameters ?? {};
  // The stage comes first in the path, unless it is $default.
  const resource = event.rawPath?.split('/').at(-1);
  try {
    if (resource === 'get-device-without-tracker') return withoutTracker(parameters);
    if (resource === 'getLocation') return await location(client, parameters);
    return refused(404, `There is nothing at ${event.rawPath}`);
  } catch (error) {
    return failed(error);
  }
}

function withoutTracker({ deviceid }: Parameters): HttpReply {
  return deviceid ? ok({ TrackerName: trackerNameOf(deviceid) }) : refused(400, 'deviceid is missing');
}

async function location(client: LocationClient, parameters: Parameters): Promise<HttpReply> {
  const { type, deviceid, nexttoken } = parameters;
  const trackername = parameters.trackername || (deviceid && trackerNameOf(deviceid));
  const missing = (...names: string[]) => refused(400, `type=${type} needs ${names.join(' and ')}`);
  const page = nexttoken ? { NextToken: nexttoken } : {};

  switch (type) {
    case 'list': {
      if (!parameters.trackername) return missing('trackername');
      const command = new ListDevicePositionsCommand({ TrackerName: parameters.trackername, ...page });
      const { Entries, NextToken } = await client.send(command);
      return ok({ Entries, NextToken });
    }
    case 'device': {
      if (!deviceid || !trackername) return missing('deviceid');
      const command = new GetDevicePositionCommand({ TrackerName: trackername, DeviceId: deviceid });
      const { $metadata: _, ...position } = await client.send(command);
      return ok(position);
    }
    case 'history': {
      if (!deviceid || !trackername) return missing('deviceid');
      const [start, end] = [timeOf(parameters.start), timeOf(parameters.end)];
      if (!start || !end) return missing('start', 'end (ISO 8601 or epoch milliseconds)');
      const command = new GetDevicePositionHistoryCommand({
        TrackerName: trackername,
        DeviceId: deviceid,
        StartTimeInclusive: start,
        EndTimeExclusive: end,
        ...page,
      });
      const { DevicePositions, NextToken } = await client.send(command);
      return ok({ DevicePositions, NextToken });
    }
    default:
      return refused(400, `type must be list, device or history, not ${JSON.stringify(type ?? '')}`);
  }
}

function timeOf(text: string | undefined): Date | undefined {
  if (!text) return undefined;
  const time = new Date(/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
