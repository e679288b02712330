/** MQTT topic filters (MQTT 3.1.1, 4.7), split once and matched often. */

export type TopicMatcher = (levels: readonly string[]) => boolean;

/** Why `filter` is none, or undefined. */
export function topicFilterFault(filter: string): string | undefined {
  if (filter === '') return 'a topic filter cannot be empty';
  const levels = filter.split('/');
  for (const [i, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || i < levels.length - 1)) return '# must be the last level, and alone';
    if (level.includes('+') && level !== '+') return '+ must be alone in its level';
  }
  return undefined;
}

/** Takes the levels of a topic. On AWS, unlike elsewhere, `sensor/#` does not match `sensor` itself (developer guide, MQTT). */
export function topicMatcher(filter: string): TopicMatcher {
  const wanted = filter.split('/');
  const rest = wanted.at(-1) === '#';
  const fixed = rest ? wanted.slice(0, -1) : wanted;
  return (levels) => {
    if (rest ? levels.length <= fixed.length : levels.length !== fixed.length) return false;
    // Wildcards at the front do not see topics of the system's own [MQTT-4.7.2-1].
    if (levels[0]!.startsWith('$') && !wanted[0]!.startsWith('$')) return false;
    for (let i = 0; i < fixed.length; i++) if (fixed[i] !== '+' && fixed[i] !== levels[i]) return false;
    return true;
  };
}
