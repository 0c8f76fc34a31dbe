import { UsageError } from '../../config/usage-error.js';

const decoded = (bytes: Uint8Array, encoding: string): string =>
  new TextDecoder(encoding, { fatal: true }).decode(bytes);

/** The encoding that the first bytes declare, as Windows PowerShell and Notepad write them. */
function declaredEncoding([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

/**
 * The text of a file or of stdin: UTF-8, or UTF-16 with a byte-order mark. A byte-order mark is left out.
 * @param source names it in the error.
 * @throws UsageError for any other encoding: its letters would come out as others.
 */
export function decodeText(bytes: Uint8Array, source: string): string {
  const encoding = declaredEncoding(bytes);
  try {
    if (encoding !== undefined) return decoded(bytes, encoding);
    // Every text here begins with an ASCII character, whose other half is NUL in UTF-16.
    const isUtf16 = bytes.length > 1 && (bytes[0] === 0) !== (bytes[1] === 0);
    if (isUtf16) throw new UsageError(`${source} is UTF-16 without a byte-order mark: save it as UTF-8`);
    return decoded(bytes, 'utf-8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const found = encoding === undefined ? 'not UTF-8' : 'broken UTF-16';
    throw new UsageError(`${source} is ${found}: save it as UTF-8`);
  }
}
