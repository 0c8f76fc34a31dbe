/** Whether a text is an existing date such as `2018-07-18`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const moment = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
}

const momentPattern =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** What `parseMoment` reads, for messages. */
export const momentForm = 'a time with an offset, such as 2026-03-01T09:00:00Z, in the years 2000 to 2099';

/** A time in ISO 8601 with an offset, as milliseconds since 1970; undefined for anything else. */
export function parseMoment(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const date = momentPattern.exec(text)?.[1];
  if (date === undefined || !isDate(date)) return undefined;
  const year = new Date(text).getUTCFullYear();
  return year >= 2_000 && year < 2_100 ? Date.parse(text) : undefined;
}
