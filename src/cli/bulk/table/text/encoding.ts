import { UsageError } from '../../../../config/usage-error.js';
import { errorMessage } from '../../../../text/error-text.js';
import { foreignFormat } from '../foreign-format.js';
import type { Source } from '../source.js';

/** Byte-order marks. UTF-32 begins like UTF-16, so it comes first. */
const marks = [
  { bytes: [0xff, 0xfe, 0x00, 0x00], encoding: 'utf-32' },
  { bytes: [0x00, 0x00, 0xfe, 0xff], encoding: 'utf-32' },
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/** Enough of a file to recognise its format. */
const headBytes = 64 * 1024;

/** What the bytes 0x80 to 0x9F of Windows-1252 mean. Some versions of Node.js decode them as control characters. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** The name of an encoding as Node.js knows it. @throws UsageError if it does not. */
function knownEncoding(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    throw new UsageError(
      `--encoding: "${label}" is not known; examples are utf-8, utf-16le, windows-1252, windows-1251, macintosh, shift_jis and gb18030`,
    );
  }
}

/** The error for a source that cannot be read. */
export const unreadable = (path: string, error: unknown): unknown =>
  error instanceof UsageError ? error : new UsageError(`${path} cannot be read: ${errorMessage(error)}`);

/** The first bytes of a source, as many as its format can be recognised by. */
export async function headOf(source: Source): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of source.bytes()) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= headBytes) break;
    }
  } catch (error) {
    throw unreadable(source.path, error);
  }
  return Buffer.concat(chunks).subarray(0, headBytes);
}

/**
 * Finds out from its first bytes how a text is encoded: by its byte-order mark, else as `requested`, else as UTF-8.
 * @throws UsageError if it is not text, or if its mark contradicts `requested`.
 */
export function encodingOf(head: Buffer, path: string, requested: string | undefined): string {
  const named = requested === undefined ? undefined : knownEncoding(requested);
  const foreign = foreignFormat(head);
  if (foreign !== undefined) throw new UsageError(`${path} ${foreign}`);
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (mark === undefined) return named ?? 'utf-8';
  if (mark.encoding === 'utf-32') throw new UsageError(`${path} is UTF-32 text: save it as UTF-8`);
  if (named !== undefined && named !== mark.encoding) {
    throw new UsageError(`${path} begins with the mark of ${mark.encoding}: leave --encoding ${named} out`);
  }
  return mark.encoding;
}

/** Why text cannot be read in an encoding, and what to do. */
function undecodable(path: string, encoding: string, requested: string | undefined): UsageError {
  if (requested !== undefined) {
    return new UsageError(`${path} is not ${encoding} text: --encoding must name how it was saved`);
  }
  const remedy = 'or say how it was saved, as in --encoding windows-1252 or --encoding utf-16le';
  const mark = encoding === 'utf-8' ? '' : ', as its first bytes say';
  return new UsageError(
    `${path} is not ${encoding.toUpperCase()} text${mark}; save it as "CSV UTF-8" in your spreadsheet, ${remedy}`,
  );
}

/** So many characters of UTF-8 are no coincidence. */
const minCharacters = 4;

/** Encodings whose letters take two bytes. */
const wide = /^(?:gb|big5|euc-|shift_jis)/;

/** Characters of a text that has few beyond ASCII. `É®` in Windows-1252 is none of them, if it is read as UTF-8. */
const usual = /[\xa0-\u017f\u0218-\u021b\u2010-\u2122]|\p{Extended_Pictographic}/u;

/** Watches the bytes of a text for UTF-8, in which it is read as another encoding. */
interface Utf8Watch {
  add(chunk: Buffer | undefined): void;
  /** The first characters beyond ASCII, if all bytes so far are UTF-8; else none. */
  found(): readonly string[];
}

function watchForUtf8(): Utf8Watch {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isUtf8 = true;
  let found: string[] = [];
  return {
    add(chunk) {
      if (!isUtf8) return;
      try {
        const text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
        if (found.length < minCharacters)
          found = [...found, ...(text.match(/[^\t-~]/gu) ?? [])].slice(0, minCharacters);
      } catch {
        isUtf8 = false;
      }
    },
    found: () => (isUtf8 ? found : []),
  };
}

/** @throws UsageError if a text that is read as `encoding` was UTF-8. */
function refuseUtf8(found: readonly string[], path: string, encoding: string): void {
  const example = found.find((character) => usual.test(character)) ?? found[0];
  if (example === undefined) return;
  if (found.length < minCharacters && (wide.test(encoding) || !usual.test(example))) return;
  const misread = new TextDecoder(encoding).decode(Buffer.from(example));
  throw new UsageError(
    `${path} is UTF-8: leave --encoding ${encoding} out, which would make "${misread}" of "${example}"`,
  );
}

/**
 * Decodes a source, without its byte-order mark.
 * @throws UsageError if it cannot be read or is not text in this encoding; at its end, if it is UTF-8 and `requested` is
 * another encoding.
 */
export async function* decodedText(
  { path, bytes }: Source,
  encoding: string,
  requested?: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const watch = requested === undefined || encoding.startsWith('utf-') ? undefined : watchForUtf8();
  const decode = (chunk?: Buffer): string => {
    watch?.add(chunk);
    let text: string;
    try {
      text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw undecodable(path, encoding, requested);
    }
    // No table contains this character; UTF-16 that is read as anything else does.
    if (text.includes('\0')) throw undecodable(path, encoding, requested);
    if (encoding !== 'windows-1252') return text;
    return text.replace(/[\x80-\x9f]/g, (character) => windows1252[character.charCodeAt(0) - 0x80] ?? character);
  };
  try {
    for await (const chunk of bytes()) yield decode(chunk);
    const last = decode();
    if (watch !== undefined) refuseUtf8(watch.found(), path, encoding);
    yield last;
  } catch (error) {
    throw unreadable(path, error);
  }
}
