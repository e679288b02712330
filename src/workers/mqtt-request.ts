/** What was asked of MQTT, where it goes together and where not. */

export interface MqttRequest {
  readonly transport: string;
  readonly target: string;
  readonly client?: string;
  readonly basicIngest?: boolean | undefined;
  readonly auth?: string | undefined;
  readonly mqttVersion?: string | undefined;
  readonly userProperties?: boolean | undefined;
}

/** @returns every problem at once */
export function mqttProblems({ transport, target, client, ...asked }: MqttRequest): string[] {
  const { basicIngest, auth, mqttVersion, userProperties } = asked;
  const problems: string[] = [];
  if (basicIngest && transport !== 'iot')
    problems.push(`--basic-ingest is of AWS IoT's topic rules: it goes with --transport iot, not ${transport}`);
  if (auth === 'sigv4') {
    if (transport !== 'iot') problems.push(`--auth sigv4 goes with --transport iot, not ${transport}`);
    if (client !== 'mqttjs') problems.push(`--auth sigv4 is WebSocket: it takes --client mqttjs, not ${client}`);
  }
  if (mqttVersion === '5') {
    if (transport !== 'iot' && transport !== 'mqtt')
      problems.push(`--mqtt 5 goes with --transport iot or mqtt, not ${transport}`);
    else if (client !== 'mqttjs') problems.push(`--mqtt 5 takes --client mqttjs; ${client} speaks 3.1.1`);
    if (transport === 'iot' && target === 'local')
      problems.push('--mqtt 5: the broker of the stand-in speaks MQTT 3.1.1 alone; say --target aws, or a --broker');
  } else if (userProperties) problems.push('--user-properties are of MQTT 5: say --mqtt 5');
  return problems;
}
