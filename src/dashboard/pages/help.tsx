import { Box, Text } from 'ink';
import type { Keys } from '../keys.ts';

/** What can be pressed, and what the words mean. */
export function HelpPage({ keys, height }: { keys: Keys; height: number }) {
  const lines = [
    ['1 … 5', 'a page; also tab, ← and →'],
    ...(keys.pause ? [['p', 'pause: nothing more is sent, what is due moves on; p again goes on']] : []),
    ['s', 'sort a table by its next column, largest first'],
    ['q', keys.stopText],
    ['ctrl-c', keys.watching ? 'the same' : 'the same; again: cut off what is in flight'],
    ['?', 'this, and back'],
    ['', ''],
    ['response', 'from when an update was due to its answer: what a user feels'],
    ['service', 'from when it was sent to its answer: what the backend took'],
    ['late', 'from due to sent: its device had no answer yet, or simctl lagged'],
    ['lag', "from when it could be sent to when it was: simctl's own doing"],
    ['in flight', 'sent, and not answered yet'],
  ];
  return (
    <Box flexDirection="column">
      {lines.slice(0, height).map(([name = '', text]) => (
        <Box key={name} gap={1} flexShrink={0}>
          <Box width={10} flexShrink={0}>
            <Text bold>{name}</Text>
          </Box>
          <Text>{text}</Text>
        </Box>
      ))}
    </Box>
  );
}
