/** A contact's 24-hour window. */
export type Window =
  | { readonly state: 'open' | 'closed'; readonly at: number }
  | { readonly state: 'never' | 'unknown' };

const windowMs = 24 * 3_600_000;

/** A time with its offset; one without could be in any zone. */
function momentIn(text: string): number | undefined {
  const isWhole = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/.test(text);
  const at = isWhole ? Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** Reads a window in the words of manychat_find_subscribers. */
export function windowIn(words: string): Window {
  if (words === 'closed: never wrote') return { state: 'never' };
  const [, state, text = ''] = /^(open until|closed since) (\S+)$/.exec(words) ?? [];
  const at = momentIn(text);
  if (at === undefined) return { state: 'unknown' };
  return { state: state === 'open until' ? 'open' : 'closed', at };
}

/**
 * The window of a contact who wrote last at a time of ManyChat.
 * @param now milliseconds since 1970.
 */
export function windowAfter(lastInteraction: string, now: number): Window {
  const last = momentIn(lastInteraction);
  if (last === undefined || last > now + 120_000) return { state: 'unknown' };
  const at = last + windowMs;
  return { state: at > now ? 'open' : 'closed', at };
}

/** How times are written. */
export interface TimeStyle {
  readonly locale: string | undefined;
  readonly timeZone: string | undefined;
}

function format({ locale, timeZone }: TimeStyle): Intl.DateTimeFormat {
  const style = { dateStyle: 'medium', timeStyle: 'short' } as const;
  try {
    return new Intl.DateTimeFormat(locale, { ...style, timeZone });
  } catch {
    // The browser does not know what the host named.
    return new Intl.DateTimeFormat('en', style);
  }
}

/** The window as it is drawn. */
export function windowText(window: Window, style: TimeStyle): string {
  switch (window.state) {
    case 'open':
      return `Open until ${format(style).format(window.at)}`;
    case 'closed':
      return `Closed since ${format(style).format(window.at)}`;
    case 'never':
      return 'Closed: never wrote';
    case 'unknown':
      return 'Not known';
  }
}
