/** What a spreadsheet shows of a date or a time that there is not. */
const noDate = '########';

/** The formats of times that every workbook has. */
const builtInFormats: ReadonlyMap<string, string> = new Map([
  ['18', 'h:mm AM/PM'],
  ['19', 'h:mm:ss AM/PM'],
  ['20', 'h:mm'],
  ['21', 'h:mm:ss'],
  ['45', 'mm:ss'],
  ['46', '[h]:mm:ss'],
  ['47', 'mm:ss.0'],
  ['75', 'h:mm'],
  ['76', 'h:mm:ss'],
  ['78', 'mm:ss'],
  ['79', '[h]:mm:ss'],
  ['80', 'mm:ss.0'],
]);

/** The text of a number of days. */
type TimeText = (days: number) => string;

const daySeconds = 86_400;
const padded = (value: number, width = 2): string => String(value).padStart(width, '0');

function clockText(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return [hours, minutes, seconds % 60].map((each) => padded(each)).join(':');
}

/** A time of day. A spreadsheet does not show the days before it. */
const timeOfDay: TimeText = (days) => (days < 0 ? noDate : clockText(Math.round(days * daySeconds) % daySeconds));

/** A duration in a format such as `[h]:mm`; with hours, minutes and seconds if the format has other parts. */
function durationIn(format: string): TimeText {
  const [first = '', ...rest] = format.split(':');
  const unit = /^\[([hms])+\]$/.exec(first)?.[1] ?? '';
  const units = 'hms'.slice('hms'.indexOf(unit));
  const isPlain =
    unit !== '' && rest.every((part, index) => /^(?:mm?|ss?)$/.test(part) && part[0] === units[index + 1]);
  return (days) => {
    const seconds = Math.round(days * daySeconds);
    if (seconds < 0) return noDate;
    if (!isPlain) return clockText(seconds).replace(/^0(?=\d:)/, '');
    const lengths = { h: 3600, m: 60, s: 1 };
    return [first.slice(1, -1), ...rest]
      .map((part, index) => {
        const length = lengths[part.startsWith('h') ? 'h' : part.startsWith('m') ? 'm' : 's'];
        const value = Math.floor(seconds / length);
        return padded(index === 0 ? value : value % 60, part.length);
      })
      .join(':');
  };
}

/** A format without colours, languages, fillers and literal texts, in small letters; of several, the one for positive numbers. */
const bareFormat = (format: string): string =>
  format
    .replace(/"[^"]*"|\\.|[_*]./g, '')
    .replace(/\[(?!(?:h+|m+|s+)\])[^\]]*\]/gi, '')
    .replace(/;.*$/s, '')
    .toLowerCase()
    .trim();

/** The text of numbers in a format of times or durations; undefined if it is none. */
function timeTextIn(format: string): TimeText | undefined {
  const bare = bareFormat(format);
  if (/\[[hms]/.test(bare)) return durationIn(bare);
  const isTime = /[hs]/.test(bare) && /^[hms:\s]+(?:am\/pm|a\/p)?$/.test(bare.replace(/(?<=s)[.,]0+/, ''));
  return isTime ? timeOfDay : undefined;
}

const unescaped = (text: string): string =>
  text
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');

const attribute = (attributes: string, name: string): string | undefined =>
  new RegExp(`\\s${name}=["']([^"']*)["']`).exec(attributes)?.[1];

/** The styles of times and durations, by the number that cells give. */
export function timeStyles(xml: string): ReadonlyMap<string, TimeText> {
  const formats = new Map(builtInFormats);
  for (const [, attributes = ''] of xml.matchAll(/<(?:\w+:)?numFmt\b([^>]*)>/g)) {
    formats.set(attribute(attributes, 'numFmtId') ?? '', unescaped(attribute(attributes, 'formatCode') ?? ''));
  }
  const [, cellStyles = ''] = /<(?:\w+:)?cellXfs\b[^>]*>(.*?)<\/(?:\w+:)?cellXfs>/s.exec(xml) ?? [];
  const styles = new Map<string, TimeText>();
  for (const [index, [, attributes = '']] of [...cellStyles.matchAll(/<(?:\w+:)?xf\b([^>]*)>/g)].entries()) {
    const text = timeTextIn(formats.get(attribute(attributes, 'numFmtId') ?? '') ?? '');
    if (text !== undefined) styles.set(String(index), text);
  }
  return styles;
}

/** A cell that is not empty, in the XML of a sheet. */
const cellElement = /<((?:\w+:)?)c\b((?:[^>/]|\/(?!>))*)>((?:(?!<\/(?:\w+:)?c>).)*)<\/(?:\w+:)?c>/gs;
const valueElement = /<(?:\w+:)?v\b[^>]*>([^<]+)</;

/** A sheet with its times, its durations and its dates in ISO 8601 as texts: the library reads all as moments. */
export function withTimes(xml: string, styles: ReadonlyMap<string, TimeText>): string {
  if (styles.size === 0 && !/\st=["']d["']/.test(xml)) return xml;
  return xml.replace(cellElement, (cell, prefix: string, attributes: string, content: string) => {
    const type = attribute(attributes, 't') ?? 'n';
    const value = valueElement.exec(content)?.[1]?.trim();
    if (value === undefined) return cell;
    const timeText = type === 'n' ? styles.get(attribute(attributes, 's') ?? '') : undefined;
    const text = type === 'd' ? isoText(value) : timeText?.(Number(value));
    if (text === undefined) return cell;
    return `<${prefix}c${attributes.replace(/\st=["'][^"']*["']/, '')} t="str"><${prefix}v>${text}</${prefix}v></${prefix}c>`;
  });
}

/** A date in ISO 8601 without fractions, a zone, and a time that is midnight. */
const isoText = (value: string): string => value.replace(/(?:\.\d+)?Z?$/, '').replace(/T00:00(?::00)?$/, '');

/** A moment without a zone, as ISO 8601. */
export function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return noDate;
  const text = new Date(Math.round(date.getTime() / 1000) * 1000).toISOString().slice(0, 19);
  const [day = '', time = ''] = text.split('T');
  // A time alone has the day 0.
  if (day === '1899-12-30' && time !== '00:00:00') return time;
  // Spreadsheets disagree on the days to the 29th of February 1900, which there was not.
  if (day < '1900-03-01') return noDate;
  return isoText(text);
}
