import { NODE_KIND, type NodeKind } from './graph.ts';
import type { Tags } from './read-tags.ts';

const BY_TAG: Readonly<Record<string, NodeKind>> = {
  traffic_signals: NODE_KIND.signals,
  stop: NODE_KIND.stop,
  give_way: NODE_KIND.giveWay,
  crossing: NODE_KIND.crossing,
};

/** A crossing with signals is signals. */
export function nodeKind({ highway, crossing }: Tags): NodeKind {
  if (highway === 'crossing' && crossing === 'traffic_signals') return NODE_KIND.signals;
  return BY_TAG[String(highway)] ?? NODE_KIND.plain;
}
