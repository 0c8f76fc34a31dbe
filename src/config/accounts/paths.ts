import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Config } from '../config.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A path in which `~` at the beginning is the home of the user, as a shell reads it: clients pass it on as it is. */
export function fromHome(path: string, { HOME, USERPROFILE }: Environment): string {
  const home = HOME || USERPROFILE || '';
  return /^~[/\\]/.test(path) && home !== '' ? join(home, path.slice(2)) : path;
}

/** The path where the accounts file is looked for if none is named; undefined if the user has no configuration folder. */
export function defaultAccountsPath(
  { APPDATA, XDG_CONFIG_HOME = '', HOME }: Environment,
  platform: string,
): string | undefined {
  // A relative folder would depend on where the program is started, and the standard says to ignore it.
  const folder =
    platform === 'win32' ? APPDATA : isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : HOME && join(HOME, '.config');
  return folder === undefined || folder === '' ? undefined : join(folder, 'manychat-mcp', 'accounts.json');
}

/**
 * The path of the file with the tokens that callers sign in with: as configured, or beside the accounts file. Undefined if
 * the user has no configuration folder.
 */
export function tokensPath(
  { accounts, signIn }: Pick<Config, 'accounts' | 'signIn'>,
  { environment, platform }: { readonly environment: Environment; readonly platform: string },
): string | undefined {
  if (signIn.tokens !== undefined) return resolve(fromHome(signIn.tokens, environment));
  const file =
    accounts.path === undefined
      ? defaultAccountsPath(environment, platform)
      : resolve(fromHome(accounts.path, environment));
  return file === undefined ? undefined : join(dirname(file), 'tokens.json');
}
