import { Box, Text } from 'ink';
import { newCanvas } from '../drawing/braille.ts';
import { mapFrame, roundLength } from '../drawing/map-frame.ts';
import { Paint } from '../paint.tsx';
import type { PageProps } from './page-props.ts';

/** The moving fleet: where its devices are, bright, on the ways that they have come. */
export function MapPage({ fleet, history, width, height }: PageProps) {
  const lines = Math.max(1, height - 1);
  const canvas = newCanvas(width, lines);
  const positions = fleet.positions ?? [];
  const frame = mapFrame([...history.trail, ...positions], canvas.width, canvas.height);
  if (frame === undefined) return <Text dimColor>No device has said yet where it is.</Text>;
  for (const been of history.trail) {
    const { x, y } = frame.place(been);
    canvas.dot(x, y);
  }
  for (const position of positions) {
    const { x, y } = frame.place(position);
    canvas.dot(x, y, true);
  }
  const scale = roundLength((frame.metresPerDot * canvas.width) / 4);
  const cells = Math.max(2, Math.round(scale.metres / frame.metresPerDot / 2));
  const of = positions.length < fleet.devices ? `${positions.length} of ${fleet.devices}` : `${positions.length}`;
  return (
    <Box flexDirection="column" width={width}>
      {canvas.rows().map((stretches, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of a picture is its place
        <Text key={line} wrap="truncate-end">
          {stretches.map(({ text, bright }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as is a stretch of it
            <Paint key={i} {...(bright ? { color: 'cyan', bold: true } : { dimColor: true })}>
              {text}
            </Paint>
          ))}
        </Text>
      ))}
      <Text dimColor wrap="truncate-end">
        {`├${'─'.repeat(cells - 2)}┤ ${scale.text}   ${of} devices, ${frame.south.toFixed(3)}…${frame.north.toFixed(3)} N, ${frame.west.toFixed(3)}…${frame.east.toFixed(3)} E`}
      </Text>
    </Box>
  );
}
