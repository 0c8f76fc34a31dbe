/** One way to read a text, with the place of each character in the original. */
export interface Reading {
  /** The characters that were read, with their case and in lower case. */
  readonly kept: string;
  readonly lower: string;
  /** Start and end of character `index` in the original text. */
  from(index: number): number;
  to(index: number): number;
}

/** Code units and their places in the original. Without places, a unit stands at its own index. */
interface Units {
  readonly codes: Uint16Array;
  readonly from: Int32Array | undefined;
  readonly to: Int32Array | undefined;
  readonly length: number;
}

/** Which escapes a round of decoding replaces. Blanks, hidden characters and inline tags are always removed. */
type Escapes = 'none' | 'common' | 'quoted-printable';

/** Rounds of decoding, for escapes inside escapes. */
const maxRounds = 4;

/** HTML entities of the ASCII characters that keys can contain, and of invisible characters. */
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  ast: '*',
  bsol: '\\',
  colon: ':',
  comma: ',',
  commat: '@',
  dollar: '$',
  equals: '=',
  excl: '!',
  grave: '`',
  gt: '>',
  hat: '^',
  hyphen: '-',
  dash: '-',
  lbrace: '{',
  lbrack: '[',
  lcub: '{',
  lowbar: '_',
  lpar: '(',
  lsqb: '[',
  lt: '<',
  midast: '*',
  newline: '\n',
  nbsp: '\u00a0',
  nobreak: '\u2060',
  num: '#',
  percnt: '%',
  period: '.',
  plus: '+',
  quest: '?',
  quot: '"',
  rbrace: '}',
  rbrack: ']',
  rcub: '}',
  rpar: ')',
  rsqb: ']',
  semi: ';',
  shy: '\u00ad',
  sol: '/',
  tab: '\t',
  verbar: '|',
  vert: '|',
  zerowidthspace: '\u200b',
  zwj: '\u200d',
  zwnj: '\u200c',
};

const longestEntity = 40;

/** Tags without attributes that show nothing themselves: they can break up a key. */
const inlineTag =
  /^<\/?(?:wbr|br|b|i|u|s|em|strong|span|code|kbd|tt|mark|small|big|font|sub|sup|nobr|bdi|a|p)\s{0,8}\/?>/i;
const longestTag = 20;

/** Blanks, controls and invisible characters are removed. `removable` caches the test of each character. */
const removablePattern = /[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const removable = new Uint8Array(0x10000);
function isRemovable(code: number): boolean {
  if (code < 0x80) return code <= 0x20 || code === 0x7f;
  // Surrogates: invisible pairs are handled by isHiddenPair, apart from rare marks of musical notation.
  if (code >= 0xd800 && code <= 0xdfff) return false;
  if (removable[code] === 0) removable[code] = removablePattern.test(String.fromCharCode(code)) ? 1 : 2;
  return removable[code] === 1;
}

/** The high surrogates of U+E0000 to U+E0FFF, which are all invisible. */
const isHiddenPair = (code: number): boolean => code >= 0xdb40 && code <= 0xdb43;

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const small = code | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
}

const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;

/** A decoded escape and the index after it; no code where it decodes to nothing. */
interface Escape {
  readonly code: number | undefined;
  readonly end: number;
}

/** Decodes the escapes of a text once. */
class Decoder {
  readonly #source: Units;
  readonly #escapes: Escapes;
  constructor(source: Units, escapes: Escapes) {
    this.#source = source;
    this.#escapes = escapes;
  }

  #at(index: number): number {
    return index < this.#source.length ? (this.#source.codes[index] ?? -1) : -1;
  }

  #slice(start: number, end: number): string {
    return String.fromCharCode(...this.#source.codes.subarray(start, Math.min(end, this.#source.length)));
  }

  /** The value of `count` hexadecimal digits; -1 where there are none. */
  #hex(start: number, count: number): number {
    let value = 0;
    for (let index = start; index < start + count; index += 1) {
      const digit = hexDigit(this.#at(index));
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  }

  /** A byte after a mark (`%` or `=`), or several such bytes that make one character in UTF-8. */
  #byte(start: number, mark: number): Escape | undefined {
    const first = this.#hex(start + 1, 2);
    if (first < 0) return undefined;
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 0;
    let code = more === 0 ? first : first & (0x3f >> more);
    let end = start + 3;
    for (let left = more; left > 0; left -= 1) {
      const next = this.#at(end) === mark ? this.#hex(end + 1, 2) : -1;
      if (next < 0x80 || next > 0xbf) return { code: first, end: start + 3 };
      code = (code << 6) | (next & 0x3f);
      end += 3;
    }
    return { code: code > 0xffff ? 0xfffd : code, end };
  }

  #percent(start: number): Escape | undefined {
    if ((this.#at(start + 1) | 0x20) !== 0x75) return this.#byte(start, 0x25);
    const code = this.#hex(start + 2, 4);
    return code < 0 ? undefined : { code, end: start + 6 };
  }

  #backslash(start: number): Escape | undefined {
    const next = this.#at(start + 1);
    switch (next) {
      case 0x6e: // n, r, t, b and f are blank or invisible
      case 0x72:
      case 0x74:
      case 0x62:
      case 0x66:
        return { code: undefined, end: start + 2 };
      case 0x75: {
        const code = this.#hex(start + 2, 4);
        return code < 0 ? undefined : { code, end: start + 6 };
      }
      case 0x78: {
        const code = this.#hex(start + 2, 2);
        return code < 0 ? undefined : { code, end: start + 4 };
      }
      default:
        // A punctuation mark after a backslash stands for itself.
        return next > 0x20 && next < 0x7f && !/\w/.test(String.fromCharCode(next))
          ? { code: next, end: start + 2 }
          : undefined;
    }
  }

  #entity(start: number): Escape | undefined {
    if (this.#at(start + 1) !== 0x23 && !isLetter(this.#at(start + 1))) return undefined;
    const text = this.#slice(start, start + longestEntity);
    const [whole, hex, digits, name] = /^&(?:#x([\da-f]{1,6});|#(\d{1,7});?|([a-z]{2,16});)/i.exec(text) ?? [];
    if (whole === undefined) return undefined;
    const code =
      name === undefined
        ? Number.parseInt(hex ?? digits ?? '', hex === undefined ? 10 : 16)
        : entities[name.toLowerCase()]?.charCodeAt(0);
    return code === undefined ? undefined : { code: Math.min(code, 0xffff), end: start + whole.length };
  }

  #quotedPrintable(start: number): Escape | undefined {
    const [soft] = /^=[ \t]{0,8}(?:\r?\n|(?:\\r)?\\n)/.exec(this.#slice(start, start + 16)) ?? [];
    return soft === undefined ? this.#byte(start, 0x3d) : { code: undefined, end: start + soft.length };
  }

  #tag(start: number): Escape | undefined {
    if (this.#at(start + 1) !== 0x2f && !isLetter(this.#at(start + 1))) return undefined;
    const [whole] = inlineTag.exec(this.#slice(start, start + longestTag)) ?? [];
    return whole === undefined ? undefined : { code: undefined, end: start + whole.length };
  }

  #escape(index: number, code: number): Escape | undefined {
    if (code === 0x3c) return this.#tag(index);
    if (this.#escapes === 'quoted-printable') return code === 0x3d ? this.#quotedPrintable(index) : undefined;
    if (this.#escapes === 'none') return undefined;
    if (code === 0x25) return this.#percent(index);
    if (code === 0x26) return this.#entity(index);
    return code === 0x5c ? this.#backslash(index) : undefined;
  }

  run(): Units & { readonly changed: boolean } {
    const { codes: source, from: sourceFrom, to: sourceTo, length: count } = this.#source;
    const codes = new Uint16Array(count);
    const from = new Int32Array(count);
    const to = new Int32Array(count);
    let length = 0;
    let changed = false;
    for (let index = 0; index < count; ) {
      const raw = source[index] ?? 0;
      const isMark = raw === 0x25 || raw === 0x26 || raw === 0x3c || raw === 0x3d || raw === 0x5c;
      const found = isMark ? this.#escape(index, raw) : undefined;
      const end = found?.end ?? (isHiddenPair(raw) ? index + 2 : index + 1);
      const code = found === undefined ? raw : found.code;
      changed ||= found !== undefined;
      if (code !== undefined && !isRemovable(code) && !isHiddenPair(code)) {
        // Full-width forms of ASCII are read as ASCII.
        codes[length] = code >= 0xff01 && code <= 0xff5e ? code - 0xfee0 : code;
        from[length] = sourceFrom?.[index] ?? index;
        to[length] = sourceTo?.[end - 1] ?? end;
        length += 1;
      }
      index = end;
    }
    return { codes, from, to, length, changed };
  }
}

const isCapital = (code: number): boolean => code >= 0x41 && code <= 0x5a;

const textOf = (codes: Uint16Array, length: number): string =>
  Buffer.from(codes.buffer, codes.byteOffset, length * 2).toString('utf16le');

function readingOf({ codes, from, to, length }: Units): Reading {
  const small = codes.slice(0, length);
  for (let index = 0; index < length; index += 1) {
    const code = small[index] ?? 0;
    if (isCapital(code)) small[index] = code | 0x20;
  }
  return {
    kept: textOf(codes, length),
    lower: textOf(small, length),
    from: (index) => from?.[index] ?? index,
    to: (index) => to?.[index] ?? index + 1,
  };
}

function unitsOf(text: string): Units {
  const codes = new Uint16Array(text.length);
  for (let index = 0; index < text.length; index += 1) codes[index] = text.charCodeAt(index);
  return { codes, from: undefined, to: undefined, length: text.length };
}

function decoded(source: Units): Units {
  let units = source;
  for (let round = 0; round < maxRounds; round += 1) {
    const next = new Decoder(units, 'common').run();
    units = next;
    if (!next.changed) break;
  }
  return units;
}

/**
 * The ways to read a text: as it is, with its escapes decoded, and with quoted-printable decoded first. A decoded
 * reading does not replace the plain one: in `token=3fa…` the `=3f` is no escape.
 */
export function readingsOf(text: string): Reading[] {
  const source = unitsOf(text);
  const readings = [readingOf(new Decoder(source, 'none').run())];
  const escaped = /[%&\\]/.test(text);
  if (escaped) readings.push(readingOf(decoded(source)));
  if (/=(?:[\da-f]{2}|[ \t]*\r?\n|\\[rn])/i.test(text)) {
    readings.push(readingOf(decoded(new Decoder(source, 'quoted-printable').run())));
  }
  return readings;
}

/** Texts with more than one reading: they contain the start of an escape or of an inline tag, or full-width letters. */
const ambiguous =
  /%(?:[\da-f]{2}|u[\da-f])|&[#a-z][^;\s]{1,38};|&#\d|\\|<\/?[a-z]{1,6}\s{0,8}\/?>|=(?:[\da-f]{2}|[ \t]*\r?\n)|[\uff01-\uff5e]/i;

/**
 * The reading of a text that has only one, like most texts; undefined for any other. Takes a fraction of the time of
 * `readingsOf`.
 */
export function plainReading(text: string): Pick<Reading, 'kept' | 'lower'> | undefined {
  if (ambiguous.test(text)) return undefined;
  const kept = /^[!-~]*$/.test(text) ? text : text.replace(/[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu, '');
  return { kept, lower: kept.toLowerCase() };
}
