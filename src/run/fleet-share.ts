import { createHash } from 'node:crypto';
import type { ShardChoice, Share } from '../workers/share.ts';
import { shareOf } from '../workers/share.ts';
import type { FleetData, Member } from './fleet-data.ts';

/** A shard's part of a fleet, as a run needs it. */
export interface FleetShare {
  readonly share: Share;
  readonly deviceIds: readonly string[];
  /** The same in all shards of one fleet, and in no other. */
  readonly fleetId: string;
}

/** @throws UsageError where there are fewer devices than shards */
export async function fleetShare(choice: ShardChoice, data: FleetData): Promise<FleetShare> {
  const { outlook, source } = data;
  const members = await data.members();
  const byPartition: Member[][] = outlook.partitions.map(() => []);
  for (const member of members) byPartition[member.partition]!.push(member);
  const counts = byPartition.map((of) => of.map(({ fixes }) => fixes));
  const share = shareOf(choice, outlook.partitions, counts, source.kind === 'generator');
  const deviceIds = share.stretches.flatMap(({ partition, from, to }) =>
    byPartition[partition]!.slice(from, to).map(({ deviceId }) => deviceId),
  );
  return { share, deviceIds, fleetId: fleetId(data, members) };
}

function fleetId({ outlook, origin }: FleetData, members: readonly Member[]): string {
  const { devices, fixes, firstSampleTime, lastSampleTime, everySeconds } = outlook;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([devices, fixes, firstSampleTime, lastSampleTime, everySeconds, origin]));
  for (const { deviceId, partition, fixes: own } of members) hash.update(`${deviceId} ${partition} ${own}\n`);
  return hash.digest('hex').slice(0, 32);
}
