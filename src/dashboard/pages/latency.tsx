import { Box, Text } from 'ink';
import { newCanvas } from '../drawing/braille.ts';
import { ms } from '../drawing/numbers.ts';
import { Paint } from '../paint.tsx';
import type { PageProps } from './page-props.ts';

const AXIS = 8;
const LABELS = ['0', '90', '99', '99.9', '99.99 %'];

/**
 * The whole distribution: percentiles by their nines across, milliseconds upwards on a logarithmic scale. Response bright
 * and whole, service dim and dotted.
 */
export function LatencyPage({ fleet, width, height }: PageProps) {
  const { spectrum } = fleet;
  if (spectrum === undefined || spectrum.response.length === 0)
    return <Text dimColor>Nothing has been answered yet.</Text>;
  const lines = Math.max(3, height - 3);
  const canvas = newCanvas(width - AXIS, lines);
  const all = [...spectrum.response, ...spectrum.service].filter((value) => value > 0);
  const [low, high] = [Math.min(...all) / 1.1, Math.max(...all) * 1.1];
  const heightOf = (value: number) => Math.log(Math.max(low, value) / low) / Math.log(high / low);
  const draw = (values: readonly number[], whole: boolean) => {
    for (let x = 0; x < canvas.width; x += whole ? 1 : 3) {
      const at = (x * (values.length - 1)) / (canvas.width - 1);
      const [left, right] = [values[Math.floor(at)]!, values[Math.ceil(at)]!];
      const y = heightOf(left + (right - left) * (at % 1));
      canvas.dot(x, (1 - y) * (canvas.height - 1), whole);
    }
  };
  draw(spectrum.service, false);
  draw(spectrum.response, true);
  const labelOf = (line: number) => {
    if (line !== 0 && line !== lines - 1 && line !== Math.floor(lines / 2)) return '';
    return ms(low * (high / low) ** (1 - (line + 0.5) / lines));
  };
  return (
    <Box flexDirection="column" width={width}>
      <Text wrap="truncate-end">
        ms, <Paint color="cyan">response (due→answer) ━</Paint>, <Text dimColor>service (sent→answer) ┅</Text>, since
        the start
      </Text>
      {canvas.rows().map((stretches, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of a picture is its place
        <Text key={line} wrap="truncate-end">
          <Text dimColor>{`${labelOf(line).padStart(AXIS - 2)} │`}</Text>
          {stretches.map(({ text, bright }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as is a stretch of it
            <Paint key={i} {...(bright ? { color: 'cyan' } : { dimColor: true })}>
              {text}
            </Paint>
          ))}
        </Text>
      ))}
      <Text dimColor>{`${' '.repeat(AXIS - 1)}└${'─'.repeat(width - AXIS)}`}</Text>
      <Text dimColor>{' '.repeat(AXIS) + axisText(width - AXIS)}</Text>
    </Box>
  );
}

/** The labels under their places, the first and the last within the line. */
function axisText(width: number): string {
  let text = '';
  for (const [i, label] of LABELS.entries()) {
    const at = Math.round((i * (width - 1)) / (LABELS.length - 1));
    const from = i === 0 ? 0 : i === LABELS.length - 1 ? width - label.length : at - Math.floor(label.length / 2);
    text = text.padEnd(from) + label;
  }
  return text;
}
