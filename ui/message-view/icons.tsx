import type { ComponentChildren } from 'preact';
import type { media } from './view-model.js';

const shapes: Readonly<Record<(typeof media)[number], ComponentChildren>> = {
  image: <path d="M3 5h18v14H3zM3 16l5-5 4 4 3-3 6 6M15.5 9.5h.01" />,
  video: <path d="M3 5h18v14H3zM10 9v6l5-3z" />,
  audio: <path d="M4 10v4M8 6v12M12 9v6M16 4v16M20 10v4" />,
  file: <path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6" />,
};

/** A sign for a kind of media. */
export const Icon = ({ medium }: { readonly medium: (typeof media)[number] }) => (
  <svg class="mv-icon" viewBox="0 0 24 24" aria-hidden="true">
    {shapes[medium]}
  </svg>
);
