const paths = {
  back: 'M15 5l-7 7 7 7',
  clock: 'M12 7v5l3 2M12 3a9 9 0 100 18 9 9 0 000-18z',
  send: 'M4 12l16-8-6 16-3-7-7-1z',
  search: 'M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l5 5',
  reset: 'M4 12a8 8 0 108-8H7M10 1L7 4l3 3',
  contacts: 'M12 4a4 4 0 100 8 4 4 0 000-8zM4 21c0-4 3.5-6 8-6s8 2 8 6',
  conversation: 'M4 5h16v11H9l-5 4z',
  panel: 'M5 4h14v16H5zM9 8h6M9 12h6M9 16h3',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01',
  voice: 'M12 3a3 3 0 00-3 3v6a3 3 0 006 0V6a3 3 0 00-3-3zM5 11a7 7 0 0014 0M12 18v3',
  click: 'M9 9l11 4-5 2-2 5zM9 3v2M3 9h2M5 5l1 1M13 5l-1 1',
  down: 'M12 5v14M6 13l6 6 6-6',
  warning: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  close: 'M6 6l12 12M18 6L6 18',
  flask: 'M9 3h6M10 3v6l-5 9a2 2 0 002 3h10a2 2 0 002-3l-5-9V3M8 15h8',
} as const;

/** A decoration: what it means is always written beside it. */
export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
