import { useState } from 'preact/hooks';
import { opensLinks } from './host.js';
import type { ViewProps } from './start.js';

/** Opens addresses through the host, because a frame may not; and what to say if the host did not. */
export function useOpener({ known, host }: ViewProps): { open: ((href: string) => void) | undefined; note: string } {
  const [note, setNote] = useState('');
  const open = async (href: string): Promise<void> => {
    setNote('');
    const handed = await host.openLink(href);
    if (!handed.ok) setNote(`The client did not open ${href}`);
  };
  return { open: opensLinks(known) ? (href) => void open(href) : undefined, note };
}
