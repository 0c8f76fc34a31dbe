/** Characters of a name or another text of a stranger in a sentence of ours. */
const quotedLimit = 60;

/** A text cut to a length, and marked where something is missing; never in the middle of a character. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit).toWellFormed()}…`;
}

/** A text on one line. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** A text on one line and cut, for a place where it cannot be taken for words of this server. */
export const clipped = (text: string, limit: number = quotedLimit): string => cut(oneLine(text), limit);

/**
 * A text that somebody else wrote, as it stands in a sentence of ours: in quotes, on one line and cut. Without quotes a
 * contact could be named so that the sentence goes on in the name.
 */
export const quoted = (text: unknown, limit: number = quotedLimit): string =>
  JSON.stringify(clipped(String(text), limit));

/** A moment as machines write it, or quoted. */
export const momentText = (moment: unknown): string =>
  /^[\d:.TZ+ -]{1,40}$/i.test(String(moment)) ? String(moment) : quoted(moment);

/** An id as it is usual, or quoted: an id of an answer may hold anything. */
export const idText = (id: unknown): string => (/^[\w-]{1,64}$/.test(String(id)) ? String(id) : quoted(id));

/** A span of time in the two largest units that a person needs. */
export function durationText(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = days > 0 ? [`${days} d`, `${hours} h`] : hours > 0 ? [`${hours} h`, `${rest} min`] : [`${rest} min`];
  return parts.filter((part) => !part.startsWith('0 ')).join(' ') || '0 min';
}
