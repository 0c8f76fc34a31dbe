import { statSync } from 'node:fs';
import { digestOf, isExpired, readTokensFile, type StoredToken } from '../../../config/accounts/sign-in/tokens-file.js';
import { errorMessage } from '../../../text/error-text.js';

/** A token of the list. */
interface FoundToken {
  readonly token: StoredToken;
  readonly expired: boolean;
}

/** The tokens that callers sign in with. */
export interface TokenList {
  /** The token that a text is, and whether it has expired; undefined if it is none. */
  find(text: string): FoundToken | undefined;
}

/** What a list of tokens is opened with. */
export interface TokenListParts {
  /** The path of the file with their digests. */
  readonly path: string;
  readonly platform: string;
  /** Wall-clock time, in milliseconds since 1970. */
  readonly now: () => number;
  /** Told once that the file was changed, and what is wrong with it if it cannot be used. */
  readonly onChange: (problem: string | undefined) => void;
}

/** What tells a changed file from the one that was read. */
function signatureOf(path: string): string {
  try {
    const { mtimeNs, ctimeNs, size, ino } = statSync(path, { bigint: true });
    return [mtimeNs, ctimeNs, size, ino].join(' ');
  } catch (error) {
    return errorMessage(error);
  }
}

/**
 * Opens the list of tokens, and reads its file again when it has changed. While the changed file cannot be used, or is
 * gone, the tokens that were read last are valid: a mistake in an editor must not lock everybody out.
 * @throws UsageError if the file cannot be used at the start.
 */
export function openTokenList({ path, platform, now, onChange }: TokenListParts): TokenList {
  const read = () => new Map(readTokensFile(path, platform).map((token) => [token.sha256, token]));
  // Before the file is read: one that changes while it is read is read again.
  let signature = signatureOf(path);
  let byDigest = read();

  function refresh(): void {
    const found = signatureOf(path);
    if (found === signature) return;
    signature = found;
    try {
      byDigest = read();
      onChange(undefined);
    } catch (error) {
      onChange(errorMessage(error));
    }
  }

  return {
    find(text) {
      refresh();
      const token = byDigest.get(digestOf(text));
      return token && { token, expired: isExpired(token, now()) };
    },
  };
}
