/** What AWS IoT Core takes over MQTT: quotas "Message broker and protocol limits", and what it reserves. */

const MAX_TOPIC_BYTES = 256;
const MAX_SLASHES = 7;
const MAX_CLIENT_ID_BYTES = 128;
export const MAX_PAYLOAD_BYTES = 128 * 1024;
/** A PUBLISH at its largest, with topic and header; more than this waiting undecoded is no MQTT that AWS would take. */
export const MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + 2 * MAX_TOPIC_BYTES + 64;
export const MAX_SUBSCRIPTIONS = 50;
export const MAX_FILTERS = 8;
/** QoS 1 messages that a client has not acknowledged: no more are sent to it. */
export const MAX_IN_FLIGHT = 100;
/** Ours: what a client may leave unread before it is cut off. At AWS's 512 KiB a second it would take 8 s to read. */
export const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

const BASIC_INGEST = /^\$aws\/rules\/[a-zA-Z0-9_]+\/(.*)$/s;

/** By these a device with a claim registers itself; whether it may is its policy's affair. */
const PROVISIONING = /^\$aws\/(certificates|provisioning-templates)\//;

/** Why a device may not publish to `topic`, whatever its policies; nothing where it may. */
export function topicFault(topic: string): string | undefined {
  if (PROVISIONING.test(topic)) return lengthFault(topic);
  const basic = topic.startsWith('$') ? BASIC_INGEST.exec(topic) : undefined;
  if (basic === null) return 'topics that begin with $ are reserved';
  // Basic Ingest does not count its prefix in the limits.
  return lengthFault(basic?.[1] ?? topic);
}

/** The same for a topic filter. */
export function filterFault(filter: string): string | undefined {
  if (filter.startsWith('$') && !PROVISIONING.test(filter)) return 'topics that begin with $ are reserved';
  return lengthFault(filter);
}

function lengthFault(topic: string): string | undefined {
  if (Buffer.byteLength(topic) > MAX_TOPIC_BYTES) return `a topic has at most ${MAX_TOPIC_BYTES} bytes`;
  let slashes = 0;
  for (let i = topic.indexOf('/'); i >= 0; i = topic.indexOf('/', i + 1)) slashes++;
  return slashes > MAX_SLASHES ? `a topic has at most ${MAX_SLASHES} slashes` : undefined;
}

export function clientIdFault(clientId: string): string | undefined {
  if (clientId === '') return 'the client id is empty';
  if (clientId.startsWith('$')) return 'client ids that begin with $ are reserved';
  if (Buffer.byteLength(clientId) > MAX_CLIENT_ID_BYTES) return `a client id has at most ${MAX_CLIENT_ID_BYTES} bytes`;
  return undefined;
}

/** The keep-alive that holds, in seconds: AWS takes 30 to 1200 and moves everything else into that. */
export function keepAliveSeconds(asked: number): number {
  return asked === 0 ? 1200 : Math.min(1200, Math.max(30, asked));
}
