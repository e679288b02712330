import { describe, expect, it } from 'vitest';
import { costVerdicts } from '../../bench/cost-verdicts.ts';

describe('what sending may cost', () => {
  it.each([
    // The bound: 1.25 × 10 + 2 = 14.5; of MQTT.js 0.35 × 50 = 17.5, over TLS 0.45 × 50 = 22.5.
    ['all in order', 14.5, { tls: false, qos: 1 }, [true, true]],
    ['above the bound', 14.6, { tls: false, qos: 1 }, [false, true]],
    ['above both', 17.6, { tls: false, qos: 1 }, [false, false]],
    ['over TLS', 17.6, { tls: true, qos: 1 }, [false, true]],
    ['over TLS above both', 22.6, { tls: true, qos: 1 }, [false, false]],
    ['at QoS 0, where MQTT.js is no measure', 14, { tls: false, qos: 0 }, [true]],
  ] as const)('%s', (_, engine, setting, holds) => {
    expect(costVerdicts({ bare: 10, engine, mqttjs: 50 }, setting).map((verdict) => verdict.holds)).toEqual(holds);
  });

  it('is not judged where a side was not measured', () => {
    expect(costVerdicts({ bare: 10, lean: 9 }, { tls: false, qos: 1 })).toEqual([]);
    expect(costVerdicts({ engine: 10, mqttjs: 50 }, { tls: false, qos: 1 })).toEqual([
      { holds: true, text: '0.20 of at most 0.35 of MQTT.js' },
    ]);
  });
});
