import { type BrokerTls, type Received, type ScriptedBroker, scriptedBroker } from './brokers.ts';

export interface TakingBroker extends ScriptedBroker {
  readonly received: Received[];
  /** From now on it takes what comes, and does not say so; resolves when the first such message is there. */
  silence(): Promise<void>;
}

/** Takes and acknowledges all that comes, until it is silenced. */
export async function takingBroker(tls?: BrokerTls): Promise<TakingBroker> {
  const received: Received[] = [];
  let silent: (() => void) | undefined;
  const broker = await scriptedBroker((packet, peer) => {
    if (packet.cmd !== 'publish') return false;
    received.push({ topic: packet.topic, payload: packet.payload.toString(), qos: packet.qos });
    if (silent === undefined) peer.reply({ cmd: 'puback', messageId: packet.messageId! });
    silent?.();
    return true;
  }, tls);
  const silence = () =>
    new Promise<void>((resolve) => {
      silent = resolve;
    });
  return { ...broker, received, silence };
}
