import type { Motion } from '../model.ts';
import type { AgentState } from './agents/agent.ts';

/** What a receiver says beside where it is: a centimetre a second, a tenth of a degree, a decimetre; nothing unknown. */
export function roundedMotion({ speed, heading, accuracy }: AgentState): Motion {
  const motion: { -readonly [K in keyof Motion]: Motion[K] } = {};
  if (Number.isFinite(speed)) motion.speed = Math.round(speed * 100) / 100;
  // 359.96 rounds to 360, which is 0.
  if (Number.isFinite(heading)) motion.heading = (Math.round(heading * 10) % 3600) / 10;
  if (Number.isFinite(accuracy)) motion.accuracy = Math.round(accuracy * 10) / 10;
  return motion;
}
