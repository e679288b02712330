/** One field for device ids and groups; what the page does not know yet, the API is asked for. */
import Box from '@mui/material/Box';
import type { InputBaseComponentProps } from '@mui/material/InputBase';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import useAutocomplete from '@mui/material/useAutocomplete';
import { useState } from 'react';
import { usePage } from '../page-context.ts';
import { go } from '../route.ts';
import { TextInput } from './field.tsx';
import { type Choice, choicesFor, routeOf } from './search.ts';

export function SearchBox() {
  const { watcher, config } = usePage();
  const [text, setText] = useState('');
  const choices = choicesFor(text.trim(), watcher.fleet.ids, config.trackers);
  const { getRootProps, getInputProps, getListboxProps, getOptionProps, groupedOptions, popupOpen } = useAutocomplete<
    Choice,
    false,
    false,
    true
  >({
    id: 'search',
    freeSolo: true,
    options: choices,
    filterOptions: (options) => options,
    inputValue: text,
    value: null,
    onInputChange: (_, typed, reason) => reason !== 'reset' && setText(typed),
    onChange(_, chosen) {
      if (chosen === null) return;
      setText('');
      if (typeof chosen !== 'string') go(chosen.route);
      else if (chosen.trim() !== '') go(routeOf(chosen.trim(), config.trackers));
    },
    getOptionLabel: (option) => (typeof option === 'string' ? option : option.label),
  });
  const { ref, ...input } = getInputProps() as InputBaseComponentProps & { ref: React.Ref<HTMLInputElement> };

  return (
    <Box {...getRootProps()} sx={{ flex: 1, minWidth: 0, position: 'relative' }}>
      <TextInput
        fullWidth
        placeholder="Device id or group"
        inputRef={ref}
        inputProps={{ ...input, 'aria-label': 'Find a device or a group', type: 'search' }}
      />
      {popupOpen && groupedOptions.length > 0 && (
        <Paper
          component="ul"
          elevation={6}
          {...getListboxProps()}
          sx={{
            position: 'absolute',
            zIndex: 1000,
            left: 0,
            right: 0,
            top: 40,
            m: 0,
            p: 0.5,
            listStyle: 'none',
            maxHeight: '40dvh',
            overflow: 'auto',
          }}
        >
          {(groupedOptions as Choice[]).map((option, index) => {
            const { key, ...props } = getOptionProps({ option, index });
            return (
              <Box
                component="li"
                key={key}
                {...props}
                sx={{
                  display: 'flex',
                  gap: 1,
                  px: 1.25,
                  py: 0.75,
                  borderRadius: 1,
                  cursor: 'pointer',
                  '&.Mui-focused': { bgcolor: 'action.hover' },
                }}
              >
                <Typography variant="body2" noWrap sx={{ flex: 1, fontWeight: 600 }}>
                  {option.label}
                </Typography>
                <Typography variant="body2" sx={{ color: 'text.secondary' }}>
                  {option.note}
                </Typography>
              </Box>
            );
          })}
        </Paper>
      )}
    </Box>
  );
}
