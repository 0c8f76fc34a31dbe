import type { Window } from '../server/shapes.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A duration in its largest unit: `3 h`. */
export function roughly(milliseconds: number): string {
  if (milliseconds < minute) return 'less than 1 min';
  if (milliseconds < hour) return `${Math.floor(milliseconds / minute)} min`;
  if (milliseconds < 2 * day) return `${Math.floor(milliseconds / hour)} h`;
  return `${Math.floor(milliseconds / day)} d`;
}

/** A window by the sandbox's clock: whether content may be sent, and for how long. */
export interface WindowText {
  readonly state: 'open' | 'closed' | 'never';
  /** The last hour of an open window. */
  readonly closesSoon: boolean;
  /** `open 3 h more`. */
  readonly text: string;
}

/** The state of a window at a time, which may be later than that of the answer that has it. */
export function windowText({ state, until, since }: Window, now: number): WindowText {
  if (state === 'never') return { state, closesSoon: false, text: 'never wrote' };
  const end = Date.parse(until ?? since ?? '');
  if (state === 'open' && !(end < now)) {
    const text = Number.isNaN(end) ? 'open' : `open ${roughly(end - now)} more`;
    return { state, closesSoon: end - now < hour, text };
  }
  return { state: 'closed', closesSoon: false, text: 'closed' };
}

const formats = {
  time: new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }),
  weekday: new Intl.DateTimeFormat(undefined, { weekday: 'short' }),
  date: new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }),
  year: new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' }),
  full: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }),
  clock: new Intl.DateTimeFormat(undefined, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }),
  shortClock: new Intl.DateTimeFormat(undefined, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }),
  day: new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
};

type Format = keyof typeof formats;

/** A time in the user's own zone and way of writing; the text as it is if it is no time. */
export function timeText(time: string | number, format: Format): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : formats[format].format(date);
}

/** A time in a list, as short as it can be: the time of today, the weekday of this week, else the date. */
export function shortTime(time: string, now: number): string {
  const age = now - Date.parse(time);
  if (timeText(time, 'year') === timeText(now, 'year')) return timeText(time, 'time');
  if (age >= 0 && age < 6 * day) return timeText(time, 'weekday');
  return timeText(time, age < 300 * day ? 'date' : 'year');
}
