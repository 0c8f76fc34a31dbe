/** A date and a time of day, as text. */
export interface DateTime {
  /** `2018-05-01` */
  readonly date: string;
  /** `06:30:24` */
  readonly time: string;
  /** `.123`, or empty. */
  readonly fraction: string;
  /** `+03:00`; absent if the text has no offset from UTC. */
  readonly offset: string | undefined;
}

const pattern = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(?::(\d{2})(\.\d+)?)? ?(?:([Zz])|([+-]\d{2}):?(\d{2})?)?$/;

/** The parts of an ISO 8601 date and time, with some latitude; whether they exist in the calendar is not checked. */
export function parseDateTime(text: string): DateTime | undefined {
  const [, date, minutes, seconds = '00', fraction = '', zulu, hours, rest = '00'] = pattern.exec(text) ?? [];
  if (date === undefined) return undefined;
  const offset = zulu === undefined ? hours && `${hours}:${rest}` : '+00:00';
  return { date, time: `${minutes}:${seconds}`, fraction, offset };
}
