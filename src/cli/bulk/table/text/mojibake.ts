/** What the bytes 0x80 to 0x9F mean in Windows-1252; those without a meaning are read as controls. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const macintosh = new TextDecoder('macintosh').decode(Uint8Array.from({ length: 128 }, (_, index) => index + 128));

/** The bytes from 0x80 of an encoding, by their characters. */
const bytesOf = (characters: string): ReadonlyMap<string, number> =>
  new Map([...characters].map((character, index) => [character, 0x80 + index]));

const latinBytes: ReadonlyMap<string, number> = new Map([
  ...Array.from({ length: 128 }, (_, index): [string, number] => [String.fromCharCode(0x80 + index), 0x80 + index]),
  ...bytesOf(windows1252),
]);
const macintoshBytes = bytesOf(macintosh);

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Characters that were read from the bytes of UTF-8, as the text that the bytes stand for; undefined if they were not. */
function decoded(characters: string, bytes: ReadonlyMap<string, number>): string | undefined {
  try {
    return utf8.decode(Uint8Array.from([...characters], (each) => bytes.get(each) ?? 0));
  } catch {
    return undefined;
  }
}

const inClass = (characters: string): string => characters.replace(/[\\\]^-]/g, '\\$&');
const tail = `[\\x80-\\xbf${inClass(windows1252)}]`;

/** Sequences in the form of UTF-8 that was read as Windows-1252 or Latin-1. */
const latinSequence = `[\\xc2-\\xdf]${tail}|[\\xe0-\\xef]${tail}{2}|[\\xf0-\\xf4]${tail}{3}`;
const latinRuns = new RegExp(`(?:${latinSequence})+`, 'g');

/** The same, read as Mac Roman: accented letters beside another letter, and quotes and dashes. */
const macintoshSequence = new RegExp(
  `(?<=\\p{L})√[${inClass(macintosh.slice(0, 64))}]|√[${inClass(macintosh.slice(0, 64))}](?=\\p{L})|‚Ä[îìòôúù¶]`,
  'u',
);

/** Marks that may follow a word whose last letter has the form of a first byte: `SMÅ®`, `voilà »`, `“IRMÔ`. */
const endsWord = /^[\xa0®©™»›’‘”“–—…•]+$/;

/** Sequences for letters of Latin, which stand alone in a text; those of other scripts stand side by side. */
const latinLetter = /^(?:[ÂÃÄÅ]|È[˜™š›])/;

/** What is left of `à` without its no-break space, and of a quote without the byte that has no character. */
const cutSequence = /(?<=\p{Ll})Ã(?!\p{L})|â€/u;

/** Whether the characters of a text beyond ASCII could all be UTF-8 that was misread. */
function couldBeMisread(text: string): boolean {
  const foreign = [...text].filter((each) => each > '\x7f');
  return foreign.every((each) => latinBytes.has(each)) && decoded(foreign.join(''), latinBytes) !== undefined;
}

/** Whether sequences at this place of a text can only be UTF-8 that was misread. */
function isMisread(run: string, meant: string, text: string, index: number): boolean {
  if (/[\x80-\x9f]/.test(meant)) return false;
  if ([...meant].length > 1 || run.length > 3) return true;
  if (run.length === 2 && !latinLetter.test(run)) return false;
  const before = text.charAt(index - 1);
  const isWordEnd = endsWord.test(run.slice(1)) && !/\p{L}/u.test(text.charAt(index + run.length));
  if (!isWordEnd) return true;
  if (run.length === 3) return false;
  if (/\p{Ll}/u.test(before) || (/^Â|\xa0$/.test(run) && !/\p{L}/u.test(before))) return true;
  // A word of capitals does not go on with a small letter.
  return (before === '' || /\p{Lu}/u.test(meant)) && couldBeMisread(text);
}

/** The part of a text that was read in a wrong encoding, and what it stands for. */
export interface Mojibake {
  readonly written: string;
  readonly meant: string;
}

/**
 * Finds UTF-8 that a program once read as Windows-1252, Latin-1 or Mac Roman: `HÃ¼ttner`. Undefined if there is none, or
 * if the text may be meant so.
 */
export function mojibakeIn(text: string): Mojibake | undefined {
  if (!/[\xc2-\xf4√‚]/.test(text)) return undefined;
  for (const { 0: written, index } of text.matchAll(latinRuns)) {
    const meant = decoded(written, latinBytes);
    if (meant !== undefined && isMisread(written, meant, text, index)) return { written, meant };
  }
  const cut = cutSequence.exec(text)?.[0];
  if (cut !== undefined) return { written: cut, meant: cut === 'Ã' ? 'à' : '”' };
  const mac = macintoshSequence.exec(text)?.[0];
  const meant = mac && decoded(mac, macintoshBytes);
  return mac === undefined || meant === undefined ? undefined : { written: mac, meant };
}
