/** What sending may cost: our engine against the bound, and against MQTT.js. */

/** CPU-seconds per million messages of each side that was measured. */
export type Costs = { [side in 'bare' | 'lean' | 'engine' | 'mqttjs']?: number };

export interface CostVerdict {
  readonly holds: boolean;
  readonly text: string;
}

/** The engine with everything on: so many times the bound, and so many CPU-seconds a million more for its own part. */
const OVER_BOUND = { times: 1.25, plus: 2 } as const;
/** Of MQTT.js at QoS 1. */
const OF_MQTTJS = { plain: 0.35, tls: 0.45 } as const;

/** One verdict a bar; none where a side was not measured. */
export function costVerdicts(
  { bare, engine, mqttjs }: Costs,
  { tls, qos }: { readonly tls: boolean; readonly qos: 0 | 1 },
): CostVerdict[] {
  const verdicts: CostVerdict[] = [];
  if (engine === undefined) return verdicts;
  if (bare !== undefined) {
    const most = OVER_BOUND.times * bare + OVER_BOUND.plus;
    verdicts.push({
      holds: engine <= most,
      text: `${engine.toFixed(1)} of at most ${OVER_BOUND.times} × ${bare.toFixed(1)} + ${OVER_BOUND.plus} = ${most.toFixed(1)}`,
    });
  }
  if (mqttjs !== undefined && qos === 1) {
    const most = tls ? OF_MQTTJS.tls : OF_MQTTJS.plain;
    verdicts.push({
      holds: engine <= most * mqttjs,
      text: `${(engine / mqttjs).toFixed(2)} of at most ${most} of MQTT.js`,
    });
  }
  return verdicts;
}
