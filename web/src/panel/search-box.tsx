/** One field for device ids and groups; what the page does not know yet, the API is asked for. */
import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { usePage } from '../page-context.ts';
import { go, type Route } from '../route.ts';

interface Choice {
  readonly route: Route;
  readonly label: string;
  readonly note: string;
}

/** More would be scrolled through by nobody. */
const MOST_CHOICES = 12;

export function SearchBox() {
  const { watcher, config } = usePage();
  const [text, setText] = useState('');
  const choices = choicesFor(text.trim(), watcher.fleet.ids, config.trackers);

  return (
    <Autocomplete<Choice, false, false, true>
      freeSolo
      size="small"
      options={choices}
      filterOptions={(options) => options}
      inputValue={text}
      value={null}
      onInputChange={(_, typed, reason) => reason !== 'reset' && setText(typed)}
      onChange={(_, chosen) => {
        if (chosen === null) return;
        setText('');
        const typed = typeof chosen === 'string' ? chosen.trim() : undefined;
        if (typed === '') return;
        go(typed === undefined ? (chosen as Choice).route : routeOf(typed, config.trackers));
      }}
      getOptionLabel={(option) => (typeof option === 'string' ? option : option.label)}
      renderOption={({ key, ...props }, { label, note }) => (
        <Box component="li" key={key} {...props}>
          <Typography variant="body2" sx={{ flex: 1, fontWeight: 600 }}>
            {label}
          </Typography>
          <Typography variant="body2" sx={{ color: 'text.secondary' }}>
            {note}
          </Typography>
        </Box>
      )}
      renderInput={(params) => (
        <TextField
          {...params}
          placeholder="Device id or group"
          slotProps={{
            ...params.slotProps,
            htmlInput: {
              ...params.slotProps.htmlInput,
              'aria-label': 'Find a device or a group',
              type: 'search',
              spellCheck: false,
              autoCapitalize: 'none',
            },
          }}
        />
      )}
      sx={{ flex: 1, minWidth: 0 }}
    />
  );
}

/** What was typed whole: a group's name is one, anything else may be a device. */
export function routeOf(typed: string, trackers: readonly string[]): Route {
  const tracker = trackers.find((name) => name.toLowerCase() === typed.toLowerCase());
  return tracker === undefined ? { view: 'device', id: typed } : { view: 'group', tracker };
}

/** What begins with the text comes before what holds it. */
export function choicesFor(text: string, ids: readonly string[], trackers: readonly string[]): Choice[] {
  const wanted = text.toLowerCase();
  const groups = trackers
    .filter((tracker) => tracker.toLowerCase().includes(wanted))
    .map((tracker): Choice => ({ route: { view: 'group', tracker }, label: tracker, note: 'group' }));
  if (wanted === '') return groups.slice(0, MOST_CHOICES);
  const [beginning, holding]: [string[], string[]] = [[], []];
  for (const id of ids) {
    const at = id.toLowerCase().indexOf(wanted);
    if (at === 0) beginning.push(id);
    else if (at > 0 && holding.length < MOST_CHOICES) holding.push(id);
    if (beginning.length === MOST_CHOICES) break;
  }
  const devices = [...beginning, ...holding].map(
    (id): Choice => ({ route: { view: 'device', id }, label: id, note: 'device' }),
  );
  return [...devices.slice(0, MOST_CHOICES - Math.min(4, groups.length)), ...groups.slice(0, 4)];
}
