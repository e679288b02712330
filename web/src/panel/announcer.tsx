/** What a screen reader is told: where the page went and what became of the feed, never each position. */
import Box from '@mui/material/Box';
import { createContext, type ReactNode, useContext, useState } from 'react';

const AnnounceContext = createContext<(words: string) => void>(() => {});

export const useAnnounce = () => useContext(AnnounceContext);

const VISUALLY_HIDDEN = {
  position: 'absolute',
  width: '1px',
  height: '1px',
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
} as const;

export function Announcer({ children }: { readonly children: ReactNode }) {
  const [words, setWords] = useState('');
  return (
    <AnnounceContext.Provider value={setWords}>
      {children}
      <Box role="status" aria-live="polite" sx={VISUALLY_HIDDEN}>
        {words}
      </Box>
    </AnnounceContext.Provider>
  );
}
