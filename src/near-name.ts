import { closest, distance } from 'fastest-levenshtein';

/** Which of the names somebody meant who mistyped one; capitals and dashes make no difference. Undefined: none is near. */
export function nearName(said: string, names: readonly string[]): string | undefined {
  const plain = names.map(plainText);
  const near = names[plain.indexOf(closest(plainText(said), plain))];
  if (near === undefined) return undefined;
  return distance(plainText(said), plainText(near)) <= Math.max(2, near.length / 3) ? near : undefined;
}

function plainText(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
