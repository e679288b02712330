/** Operations on the trackers themselves, their consumers and tags. Inputs have been validated against the model. */
import { invalid, LocationError } from './errors.ts';
import type { PositionFiltering } from './filter.ts';
import { pageOf } from './paging.ts';
import { formatTimestamp } from './timestamps.ts';
import type { Tracker, Trackers } from './trackers.ts';

type Tags = Record<string, string>;
interface Named {
  TrackerName: string;
}
interface Paged {
  NextToken?: string;
  MaxResults?: number;
}
interface Settings {
  Description?: string;
  PositionFiltering?: PositionFiltering;
  EventBridgeEnabled?: boolean;
  KmsKeyId?: string;
  KmsKeyEnableGeospatialQueries?: boolean;
  PricingPlan?: string;
  PricingPlanDataSource?: string;
}

const PRICING_PLAN = 'RequestBasedUsage';

/** The settings that a request states, in the tracker's own words. */
function settingsOf(input: Settings) {
  if (input.PricingPlan !== undefined && input.PricingPlan !== PRICING_PLAN)
    throw invalid(`PricingPlan: the only value allowed is ${PRICING_PLAN}`);
  if (input.PricingPlanDataSource !== undefined) throw invalid('PricingPlanDataSource is no longer allowed');
  return {
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.PositionFiltering === undefined ? {} : { filtering: input.PositionFiltering }),
    ...(input.EventBridgeEnabled === undefined ? {} : { eventBridgeEnabled: input.EventBridgeEnabled }),
    ...(input.KmsKeyId === undefined ? {} : { kmsKeyId: input.KmsKeyId }),
    ...(input.KmsKeyEnableGeospatialQueries === undefined
      ? {}
      : { geospatialQueries: input.KmsKeyEnableGeospatialQueries }),
  };
}

/** As a list shows it. */
const summaryOf = ({ name, description, createTime, updateTime }: Tracker) => ({
  TrackerName: name,
  Description: description,
  CreateTime: formatTimestamp(createTime),
  UpdateTime: formatTimestamp(updateTime),
  PricingPlan: PRICING_PLAN,
});

export function trackerOperations(trackers: Trackers) {
  return {
    CreateTracker({ TrackerName, Tags = {}, ...settings }: Named & Settings & { Tags?: Tags }) {
      const tracker = trackers.create(TrackerName, settingsOf(settings));
      trackers.tag(tracker, Tags);
      return { TrackerName, TrackerArn: tracker.arn, CreateTime: formatTimestamp(tracker.createTime) };
    },

    DescribeTracker({ TrackerName }: Named) {
      const tracker = trackers.tracker(TrackerName);
      return {
        ...summaryOf(tracker),
        TrackerArn: tracker.arn,
        PositionFiltering: tracker.filtering,
        EventBridgeEnabled: tracker.eventBridgeEnabled,
        Tags: Object.fromEntries(tracker.tags),
        KmsKeyId: tracker.kmsKeyId,
        KmsKeyEnableGeospatialQueries: tracker.geospatialQueries,
      };
    },

    UpdateTracker({ TrackerName, ...settings }: Named & Settings) {
      const changes = settingsOf(settings);
      const tracker = trackers.tracker(TrackerName);
      Object.assign(tracker, changes, { updateTime: trackers.now() });
      trackers.changed(tracker);
      return { TrackerName, TrackerArn: tracker.arn, UpdateTime: formatTimestamp(tracker.updateTime) };
    },

    ListTrackers(input: Paged) {
      const { items, ...more } = pageOf('trackers', trackers.all(), input);
      return { Entries: items.map(summaryOf), ...more };
    },

    DeleteTracker({ TrackerName }: Named) {
      trackers.delete(TrackerName);
      return {};
    },

    AssociateTrackerConsumer({ TrackerName, ConsumerArn }: Named & { ConsumerArn: string }) {
      trackers.addConsumer(trackers.tracker(TrackerName), ConsumerArn);
      return {};
    },

    DisassociateTrackerConsumer({ TrackerName, ConsumerArn }: Named & { ConsumerArn: string }) {
      const tracker = trackers.tracker(TrackerName);
      if (!tracker.consumers.delete(ConsumerArn))
        throw new LocationError('ResourceNotFoundException', `Not associated: ${ConsumerArn}.`);
      trackers.changed(tracker);
      return {};
    },

    ListTrackerConsumers({ TrackerName, ...page }: Named & Paged) {
      const { items, ...more } = pageOf('consumers', [...trackers.tracker(TrackerName).consumers], page);
      return { ConsumerArns: items, ...more };
    },

    TagResource({ ResourceArn, Tags }: { ResourceArn: string; Tags: Tags }) {
      trackers.tag(trackers.byArn(ResourceArn), Tags);
      return {};
    },

    UntagResource({ ResourceArn, TagKeys }: { ResourceArn: string; TagKeys: string[] }) {
      const tracker = trackers.byArn(ResourceArn);
      for (const key of TagKeys) tracker.tags.delete(key);
      trackers.changed(tracker);
      return {};
    },

    ListTagsForResource: ({ ResourceArn }: { ResourceArn: string }) => ({
      Tags: Object.fromEntries(trackers.byArn(ResourceArn).tags),
    }),
  };
}
