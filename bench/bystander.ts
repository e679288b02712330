/** One device that publishes and waits for each answer, in a process of its own; told to stop, it says how long at most. */
import { once } from 'node:events';
import mqttPacket from 'mqtt-packet';
import { type Door, mqttConnection } from './mqtt-connection.ts';

const [door] = (await once(process, 'message')) as [Door];
const socket = await mqttConnection(door, 'bench-0');
const packet = mqttPacket.generate({
  cmd: 'publish',
  topic: 'bench/bench-0',
  payload: 'x',
  qos: 1,
  messageId: 1,
  dup: false,
  retain: false,
});
const waits: number[] = [];
let at = 0;
const send = () => {
  at = performance.now();
  socket.write(packet);
};
socket.removeAllListeners('data');
socket.on('data', () => {
  waits.push(performance.now() - at);
  setTimeout(send, 10);
});
send();
process.send!('ready');
await once(process, 'message');
waits.sort((a, b) => a - b);
process.send!({ p50: waits[Math.floor(waits.length / 2)], max: waits.at(-1) }, () => process.exit());
