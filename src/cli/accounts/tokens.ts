import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { quoted } from '../../../tools/contract/quoted.js';
import { namedAccounts } from '../../config/accounts/choice.js';
import { isName } from '../../config/accounts/json-file.js';
import { accountNamed, nameKey, nameList } from '../../config/accounts/names.js';
import { tokensPath } from '../../config/accounts/paths.js';
import {
  changeTokensFile,
  digestOf,
  isExpired,
  newToken,
  readTokensFile,
  type StoredToken,
} from '../../config/accounts/sign-in/tokens-file.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import type { Shell } from '../shell/shell.js';

/** The words after `tokens`. */
export interface TokensRequest {
  readonly action: string;
  readonly name: string | undefined;
  readonly profile: string | undefined;
  /** A duration such as 90d, a date, or never. */
  readonly expires: string | undefined;
  /** The file, if it is named here. */
  readonly path: string | undefined;
  readonly json: boolean;
}

const actions = ['create', 'list', 'revoke'] as const;

const unitMs = { h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 } as const;

/** A token that is forgotten somewhere must end by itself. */
const defaultExpiry = '90d';

/** When a token made now expires, in ISO form; undefined for never. */
function expiryOf(text: string, now: number): string | undefined {
  if (text === 'never') return undefined;
  const [, count, unit] = /^(\d{1,4})([hdwy])$/.exec(text) ?? [];
  const length = unit === 'h' || unit === 'd' || unit === 'w' || unit === 'y' ? unitMs[unit] : 0;
  const isDate = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text);
  const at = isDate ? Date.parse(text) : length === 0 ? Number.NaN : now + Number(count) * length;
  if (at > now) return new Date(at).toISOString();
  throw new UsageError(
    `--expires must be a time from now such as 90d or 12h, a date in the future such as ${new Date(now + unitMs.y).toISOString().slice(0, 10)}, or never, not ${quoted(text)}`,
  );
}

const day = (moment: string): string => moment.slice(0, 10);

const untilText = (expires: string | undefined): string =>
  expires === undefined ? 'never expires' : `expires ${day(expires)}`;

/** The profile that a token is to have. */
function profileFor(asked: string | undefined, name: string, profiles: Profiles): string | undefined {
  if (profiles === undefined) {
    if (asked === undefined) return undefined;
    throw new UsageError(
      'the accounts file has no profiles: omit --profile, or add profiles first. Without profiles, a token may do everything',
    );
  }
  const named = profiles.find(({ when }) => when.tokens.some((each) => nameKey(each) === nameKey(name)));
  if (asked === undefined) {
    // The file names the token, and says in one place what it may do.
    if (named !== undefined) return undefined;
    throw new UsageError(`name a profile for the token with --profile: there are ${nameList(profiles)}`);
  }
  const found = accountNamed(profiles, asked);
  if (found === undefined)
    throw new UsageError(`there is no profile ${quoted(asked)}; there are ${nameList(profiles)}`);
  if (named !== undefined && named !== found)
    throw new UsageError(`the profile ${quoted(named.name)} in the accounts file names the token ${quoted(name)}`);
  return found.name;
}

type Profiles = NonNullable<Awaited<ReturnType<typeof namedAccounts>>>['profiles'];

const tokenNamed = (tokens: readonly StoredToken[], name: string): StoredToken | undefined =>
  accountNamed(tokens, name);

function create(
  { profile: asked, expires = defaultExpiry, json }: TokensRequest,
  name: string,
  { path, profiles, now }: { readonly path: string; readonly profiles: Profiles; readonly now: number },
  { print, note, platform }: Shell,
): void {
  if (!isName(name))
    throw new UsageError(`${quoted(name)} is not a name: up to 60 letters, digits, blanks and . ' & ( ) + _ -`);
  const until = expiryOf(expires, now);
  const profile = profileFor(asked, name, profiles);
  const token = newToken();
  const stored: StoredToken = {
    name,
    sha256: digestOf(token),
    ...(profile !== undefined && { profile }),
    created: new Date(now).toISOString(),
    ...(until !== undefined && { expires: until }),
  };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  changeTokensFile(path, platform, (tokens) => {
    const same = tokenNamed(tokens, name);
    if (same !== undefined)
      throw new UsageError(`there is a token ${quoted(same.name)} already: revoke it first, or choose another name`);
    return [...tokens, stored];
  });
  const { sha256: _, ...shown } = stored;
  print(json ? JSON.stringify({ ...shown, token }, undefined, 2) : token);
  const may = profile === undefined ? '' : ` with the profile ${quoted(profile)}`;
  note(`Token ${quoted(name)}${may}, ${untilText(until)}. It is shown only now; ${path} has its digest.`);
}

function revoke(name: string, path: string, { note, platform }: Shell): void {
  changeTokensFile(path, platform, (tokens) => {
    const revoked = tokenNamed(tokens, name);
    if (revoked !== undefined) return tokens.filter((token) => token !== revoked);
    throw new UsageError(
      `there is no token ${quoted(name)} in ${path}${tokens.length === 0 ? '' : `; there are ${nameList(tokens)}`}`,
    );
  });
  note(`Token ${quoted(name)} is revoked. Servers refuse it from their next request on.`);
}

function list(path: string, profiles: Profiles, now: number, json: boolean, { print, note, platform }: Shell): void {
  const tokens = existsSync(path) ? readTokensFile(path, platform) : [];
  const rows = tokens.map(({ sha256: _, ...token }) => ({ ...token, expired: isExpired(token, now) }));
  if (json) {
    print(JSON.stringify({ path, tokens: rows }, undefined, 2));
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, profile, created, expires, expired } of rows) {
    const isKnown = profile === undefined || profiles === undefined || accountNamed(profiles, profile) !== undefined;
    const may = profile === undefined ? '' : `, profile ${quoted(profile)}${isKnown ? '' : ' (which does not exist)'}`;
    const until = expired ? `expired ${day(expires ?? '')}` : untilText(expires);
    print(`${name.padEnd(width)}  ${until}, created ${day(created)}${may}`);
  }
  note(`${rows.length} ${rows.length === 1 ? 'token' : 'tokens'} in ${path}.`);
}

/** Creates, lists or revokes tokens with which callers sign in to `serve --http`. */
export async function manageTokens(
  config: Config,
  request: TokensRequest,
  shell: Shell,
  now: () => number = Date.now,
): Promise<ExitCode> {
  const { action, name, profile, expires, json } = request;
  if (!actions.some((each) => each === action))
    throw new UsageError(`tokens takes ${actions.join(', ')}, not ${quoted(action)}`);
  if (action !== 'create' && (profile !== undefined || expires !== undefined))
    throw new UsageError(`--profile and --expires are for tokens create, not for tokens ${action}`);
  if (action === 'list' && name !== undefined) throw new UsageError('tokens list takes no name');
  const path = tokensPath(
    request.path === undefined ? config : { ...config, signIn: { ...config.signIn, tokens: request.path } },
    shell,
  );
  if (path === undefined) throw new UsageError('there is no configuration folder: name the file with --tokens');
  const profiles = (await namedAccounts(config, shell))?.profiles;
  if (action === 'list') list(path, profiles, now(), json, shell);
  else if (name === undefined) throw new UsageError(`name the token: tokens ${action} NAME`);
  else if (action === 'create') create(request, name, { path, profiles, now: now() }, shell);
  else revoke(name, path, shell);
  return exitCodes.done;
}
