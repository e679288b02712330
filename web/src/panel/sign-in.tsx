/** Where the API asks for a header: its value, typed by the viewer, kept in memory for as long as the page is open. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { TextInput } from './field.tsx';

interface SignInProps {
  readonly header: string;
  readonly onValue: (value: string) => void;
}

export function SignIn({ header, onValue }: SignInProps) {
  const [value, setValue] = useState('');
  return (
    <Box
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() !== '') onValue(value.trim());
      }}
      sx={{ maxWidth: 420, mx: 'auto', mt: '18vh', px: 3, display: 'grid', gap: 1.5 }}
    >
      <Typography variant="h1">simctl map</Typography>
      <Typography variant="body2" sx={{ color: 'text.secondary' }} id="asks">
        The API asks for the header “{header}”. Its value stays in this page and is forgotten with it.
      </Typography>
      <TextInput
        autoFocus
        fullWidth
        value={value}
        onChange={({ target }) => setValue(target.value)}
        inputProps={{ 'aria-label': header, 'aria-describedby': 'asks', type: 'password', autoComplete: 'off' }}
      />
      <Button type="submit" variant="contained" disableElevation>
        Open the map
      </Button>
    </Box>
  );
}
