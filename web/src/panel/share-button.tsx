import IconButton from '@mui/material/IconButton';
import { useState } from 'react';
import { useAnnounce } from './announcer.tsx';
import { DoneIcon, LinkIcon } from './icons.tsx';

/** Copies the page's address, which says what it shows. */
export function ShareButton() {
  const [copied, setCopied] = useState(false);
  const announce = useAnnounce();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      setCopied(true);
      announce('Link copied');
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      announce(`The link is ${location.href}`);
    }
  };
  return (
    <IconButton
      aria-label="Copy link"
      title={copied ? 'Copied' : 'Copy link'}
      color={copied ? 'success' : 'default'}
      size="small"
      onClick={() => void copy()}
    >
      {copied ? <DoneIcon /> : <LinkIcon />}
    </IconButton>
  );
}
