import type { Target } from '../target.ts';
import { topicOf } from '../wire.ts';

/** What to type so that the AWS CLI, the SDKs, mosquitto_pub and simctl itself use the stand-in. */
export function clientSettings(target: Target, readyFile: string | undefined): string {
  const { locationEndpoint, iotEndpoint, queryEndpoint, mqttHost, mqttPort, httpsPort, region, ingestLog } = target;
  const device = 'DEV-0001';
  const ready = readyFile ?? 'READY-FILE';
  return `The stand-in is ready: MQTT on ${mqttHost}:${mqttPort}, HTTP on ${locationEndpoint}. Ctrl-C stops it.
The map of its devices: ${target.mapPage}

For the AWS CLI and the SDKs:

  export AWS_ENDPOINT_URL_LOCATION=${locationEndpoint}
  export AWS_ENDPOINT_URL_IOT=${iotEndpoint} AWS_ENDPOINT_URL_SQS=${iotEndpoint}
  export AWS_ENDPOINT_URL_CLOUDWATCH=${iotEndpoint}
  export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}
  export AWS_ACCESS_KEY_ID=${target.accessKeyId} AWS_SECRET_ACCESS_KEY=${target.secretAccessKey}
  export AWS_DISABLE_HOST_PREFIX_INJECTION=true

  aws location list-device-positions --tracker-name ${target.trackerPrefix}1 --endpoint-url ${locationEndpoint}
  curl '${queryEndpoint}/getLocation?type=list&trackername=${target.trackerPrefix}1'

Location clients put "tracking." before the host, even before an overridden one. The last export stops recent AWS CLIs
and boto3; for older ones use http://localhost:${portOf(locationEndpoint)} and install libnss-myhostname, which resolves
tracking.localhost; the JavaScript SDK has no variable for it: new LocationClient({ disableHostPrefix: true }).

For devices (needs --ready-file):

  simctl provision --target ${ready} --count 10
  simctl fleet export ${device} --target ${ready} --out keys
  mosquitto_pub -h ${mqttHost} -p ${mqttPort} --cafile keys/ca.pem --cert keys/${device}.cert.pem --key keys/${device}.key.pem \\
    -i ${device} -q 1 -t ${topicOf(device)} \\
    -m '{"payload":{"deviceid":"${device}","timestamp":'$(date +%s)',"location":{"lat":36.16,"long":-86.77}}}'

For browsers and others without a certificate: wss://${mqttHost}:${httpsPort}/mqtt, signed with these keys (Signature
Version 4, service iotdevicegateway), as the AWS device SDK does it; the same port takes certificates with the ALPN name
x-amzn-mqtt-ca. Its authority is ${target.caFile}.

What the ingest function stored and what the trackers refused: ${ingestLog}`;
}

function portOf(endpoint: string | undefined): string {
  return endpoint === undefined ? '' : new URL(endpoint).port;
}
