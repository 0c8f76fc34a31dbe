import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import * as z from 'zod';
import { quoted } from '../../../../tools/contract/quoted.js';
import { errorCode, errorMessage } from '../../../text/error-text.js';
import { UsageError } from '../../usage-error.js';
import { invalidFile, isName, isOpenToOthers, placeOf, problemsIn, readJsonFile } from '../json-file.js';
import { nameKey } from '../names.js';

/** What a token begins with, so that people and scanners for leaked secrets recognise one. */
const prefix = 'mmcp_';

/** Random bytes of a token: 192 bits. */
const tokenBytes = 24;

/** Makes a token. Only its digest is stored. */
export const newToken = (): string => prefix + randomBytes(tokenBytes).toString('hex');

/** Whether a text has the form of a token. */
export const isToken = (text: string): boolean => /^mmcp_[0-9a-f]{48}$/.test(text);

/** What the file has in place of a token. */
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const digestText = { error: 'must be a SHA-256 digest: 64 hexadecimal digits' };

const moment = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-03-01T09:00:00Z' });

const entry = z.strictObject(
  {
    sha256: z.string(digestText).regex(/^[0-9a-f]{64}$/, digestText),
    profile: z.string().optional(),
    created: moment,
    expires: moment.optional(),
  },
  { error: 'must be an object with sha256 and created' },
);

const tokensFileSchema = z.strictObject(
  { tokens: z.record(z.string(), entry, { error: 'must be an object with tokens by name' }) },
  { error: 'must be an object with "tokens"' },
);

/** A token as the file knows it. Times are in ISO form. */
export interface StoredToken extends z.output<typeof entry> {
  readonly name: string;
}

/** Whether a token was valid before and is not any more. */
export const isExpired = ({ expires }: Pick<StoredToken, 'expires'>, now: number): boolean =>
  expires !== undefined && Date.parse(expires) <= now;

const what = 'the tokens file';

function contradictionsIn(tokens: readonly StoredToken[]): string[] {
  return tokens.flatMap(({ name, sha256 }, at) => {
    if (isToken(name)) return [`tokens has a token in place of a name: revoke it, it is not shown here`];
    const place = placeOf(['tokens', name]);
    const earlier = tokens.slice(0, at);
    const named = earlier.find((each) => nameKey(each.name) === nameKey(name));
    const same = earlier.find((each) => each.sha256 === sha256);
    return [
      ...(isName(name) ? [] : [`${place} is not a name: up to 60 letters, digits, blanks and . ' & ( ) + _ -`]),
      ...(named === undefined ? [] : [`${place} and ${quoted(named.name)} mean the same name`]),
      ...(same === undefined ? [] : [`${place} has the digest of ${quoted(same.name)}`]),
    ];
  });
}

/**
 * Reads a file of tokens.
 * @throws UsageError that names everything that is wrong with it.
 */
export function readTokensFile(path: string, platform: string): readonly StoredToken[] {
  const file = readJsonFile(what, path);
  if (platform !== 'win32' && isOpenToOthers(file))
    throw new UsageError(`${what} ${path} can be read or changed by other users. Run: chmod 600 ${path}`);
  const parsed = tokensFileSchema.safeParse(file.value, { jitless: true });
  if (!parsed.success)
    throw invalidFile(
      what,
      path,
      problemsIn(parsed.error, ([first]) => (first === undefined ? tokensFileSchema : entry).keyof().options),
    );
  const tokens = Object.entries(parsed.data.tokens).map(([name, token]) => ({ ...token, name }));
  const problems = contradictionsIn(tokens);
  if (problems.length > 0) throw invalidFile(what, path, problems);
  return tokens;
}

const textOf = (tokens: readonly StoredToken[]): string => {
  const byName = Object.fromEntries(tokens.map(({ name, ...token }) => [name, token]));
  return `${JSON.stringify({ tokens: byName }, undefined, 2)}\n`;
};

/**
 * Gives a new file the owner and the permissions of the one that it replaces. Otherwise a server that runs as another user
 * could not read it, and would go on with the tokens of before.
 * @throws UsageError if that is not allowed.
 */
function keepOwner(file: number, path: string): void {
  const { uid, gid, mode } = statSync(path);
  try {
    fchownSync(file, uid, gid);
  } catch (error) {
    throw new UsageError(
      `${what} ${path} belongs to another user (${uid}) or group (${gid}), and a server that runs as that user could not read what you write: run this command as that user (${errorMessage(error)})`,
    );
  }
  fchmodSync(file, mode & 0o777);
}

/**
 * Changes a file of tokens, which need not exist. It is replaced as a whole, so that a server never reads half of it. The
 * new file is written beside it and keeps other commands from changing the old one at the same time. It has the owner and
 * the permissions of the old one.
 * @param change gets the tokens and returns those that are to be there instead.
 * @throws UsageError if it is not valid or cannot be written.
 */
export function changeTokensFile(
  named: string,
  platform: string,
  change: (tokens: readonly StoredToken[]) => readonly StoredToken[],
): void {
  const isThere = existsSync(named);
  // A link stays one.
  const path = isThere ? realpathSync(named) : named;
  const written = `${path}.new`;
  let file: number;
  try {
    file = openSync(written, 'wx', 0o600);
  } catch (error) {
    throw new UsageError(
      errorCode(error) === 'EEXIST'
        ? `another command is changing ${path}, or one was interrupted: then delete ${written}`
        : `${what} ${path} cannot be written: ${errorMessage(error)}`,
    );
  }
  try {
    try {
      writeSync(file, textOf(change(isThere ? readTokensFile(path, platform) : [])));
      if (isThere && platform !== 'win32') keepOwner(file, path);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(written, path);
  } catch (error) {
    rmSync(written, { force: true });
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${what} ${path} cannot be written: ${errorMessage(error)}`);
  }
}
