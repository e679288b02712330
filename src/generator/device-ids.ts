import { agentRandom, PURPOSE } from './agent-random.ts';

/** Three letters and four digits, as trip-simulator names its vehicles, can name so many. */
export const MOST_IDS = 26 ** 3 * 10 ** 4;

const DIGITS = 10_000;
/** Coprime to 10,000, so that stepping by it visits every number once; near the golden section, so that it does so evenly. */
const STRIDE = 6181;

/** `count` distinct ids. Trackers are chosen by the last four digits, so those are spread evenly. */
export function deviceIds(seed: number, count: number): string[] {
  const random = agentRandom(seed, 0, PURPOSE.ids);
  const taken = new Set<string>();
  const first = random.below(DIGITS);
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const digits = String((first + i * STRIDE) % DIGITS).padStart(4, '0');
    let id: string;
    do {
      id = `${letter(random.below(26))}${letter(random.below(26))}${letter(random.below(26))}-${digits}`;
    } while (taken.has(id));
    taken.add(id);
    ids.push(id);
  }
  return ids;
}

function letter(n: number): string {
  return String.fromCharCode(65 + n);
}
