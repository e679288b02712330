/** A line of text and a choice among few: the browser's own, in the page's look. */
import Box from '@mui/material/Box';
import InputBase, { type InputBaseProps } from '@mui/material/InputBase';
import type { Theme } from '@mui/material/styles';

const FRAME = {
  border: 1,
  borderColor: (theme: Theme) => (theme.palette.mode === 'dark' ? '#4a535d' : '#8b949e'),
  borderRadius: 1,
  height: 36,
  px: 1.25,
  fontSize: '0.875rem',
  bgcolor: 'background.paper',
  color: 'text.primary',
  '&:focus-within, &:focus': {
    borderColor: 'primary.main',
    outline: '1px solid',
    outlineColor: (theme: Theme) => theme.palette.primary.main,
  },
} as const;

export function TextInput({ sx, ...props }: InputBaseProps) {
  return <InputBase {...props} sx={[FRAME, ...(Array.isArray(sx) ? sx : [sx])]} />;
}

interface ChoiceProps<Value extends string | number> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly (readonly [value: Value, words: string])[];
  readonly onChoose: (value: Value) => void;
  /** Without a frame, for a heading's line. */
  readonly bare?: boolean;
}

export function Choice<Value extends string | number>({ label, value, choices, onChoose, bare }: ChoiceProps<Value>) {
  const frame = bare ? { height: 28, fontSize: '0.8125rem', borderColor: 'transparent', px: 0.5 } : {};
  return (
    <Box
      component="select"
      aria-label={label}
      value={value}
      onChange={({ target }: React.ChangeEvent<HTMLSelectElement>) => onChoose(choices[target.selectedIndex]![0])}
      sx={{ ...FRAME, fontFamily: 'inherit', ...frame }}
    >
      {choices.map(([each, words]) => (
        <option key={each} value={each}>
          {words}
        </option>
      ))}
    </Box>
  );
}
