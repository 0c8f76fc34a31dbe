/** The most characters of a name or another foreign text inside a sentence. */
const quotedLimit = 60;

/** The first `limit` characters of a text, with an ellipsis if it was longer; never half a surrogate pair. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit).toWellFormed()}…`;
}

/** A text with each run of white space replaced by one blank. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** A text on one line and cut, for a place where it cannot be mistaken for our own words. */
export const clipped = (text: string, limit: number = quotedLimit): string => cut(oneLine(text), limit);

/**
 * A foreign text inside one of our sentences: in quotes, on one line and cut. Without quotes a name could continue our
 * sentence.
 */
export const quoted = (text: unknown, limit: number = quotedLimit): string =>
  JSON.stringify(clipped(String(text), limit));

/** A time as it is if it looks like one, else quoted. */
export const momentText = (moment: unknown): string =>
  /^[\d:.TZ+ -]{1,40}$/i.test(String(moment)) ? String(moment) : quoted(moment);

/** An id as it is if it looks like one, else quoted: an id in a response may hold anything. */
export const idText = (id: unknown): string => (/^[\w-]{1,64}$/.test(String(id)) ? String(id) : quoted(id));

/** A duration in its two largest units: `2 d 1 h`. */
export function durationText(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = days > 0 ? [`${days} d`, `${hours} h`] : hours > 0 ? [`${hours} h`, `${rest} min`] : [`${rest} min`];
  return parts.filter((part) => !part.startsWith('0 ')).join(' ') || '0 min';
}
