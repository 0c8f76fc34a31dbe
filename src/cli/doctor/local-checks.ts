import { quoted } from '../../../tools/contract/quoted.js';
import { namedAccounts, type Surroundings } from '../../config/accounts/choice.js';
import { type Key, manychatKeyShape, readKey } from '../../config/accounts/keys.js';
import type { Access, AccountSettings } from '../../config/accounts/settings.js';
import { exposedKeyFiles } from '../../config/accounts/sources/exposed-files.js';
import { isLoopback } from '../../config/address.js';
import type { Config } from '../../config/config.js';
import { proxyFor } from '../../config/proxy.js';
import { settingNames } from '../../config/settings.js';
import { oldestNode } from '../../config/version.js';
import { notOffered } from '../commands/serve/offers.js';
import { type Finding, failed, ok, warning } from './finding.js';
import { withoutProxy } from './network-faults.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Checks that Node.js is new enough. */
export function checkNode(nodeVersion: string): Finding {
  const [actual = [], required = []] = [nodeVersion, oldestNode].map((version) =>
    version.split('.').map(Number.parseFloat),
  );
  const difference = required.findIndex((part, index) => part !== actual[index]);
  const supported = difference === -1 || (actual[difference] ?? 0) > (required[difference] ?? 0);
  return supported
    ? ok('node', `Node.js ${nodeVersion}`)
    : failed(
        'node',
        `Node.js ${nodeVersion} is too old`,
        `Install Node.js ${oldestNode} or newer (https://nodejs.org), also for your client.`,
      );
}

/** The addresses that calls go to, by name. One that serves as gateway and control is listed once. */
export function addressesOf({
  access,
  addresses,
}: Pick<AccountSettings, 'access' | 'addresses'>): { name: string; url: URL }[] {
  const { gateway, control, manychat } = addresses;
  if (access.mode === 'direct') return [{ name: 'manychat', url: manychat }];
  return [
    { name: 'gateway', url: gateway },
    ...(gateway.origin === control.origin ? [] : [{ name: 'control', url: control }]),
  ];
}

const settingsFinding = (found: string, problems: readonly string[]): Finding =>
  problems.length === 0 ? ok('settings', found) : warning('settings', found, problems.join('\n'));

/** Looks for settings that are valid but not useful; `config` is as configured, before the sandbox replaces addresses. */
export function checkSettings(config: Config): Finding {
  const { addresses, connection, access } = config.account;
  const problems = notOffered(config, undefined);
  if (config.sandbox) return settingsFinding('the embedded sandbox replaces every address and account', problems);
  if (access.mode !== 'direct' && /\/manychat\/?$|\/fb\/?$/.test(addresses.gateway.pathname)) {
    problems.push(
      'MATON_GATEWAY_URL: remove the path; /manychat and the path of each endpoint are added to the address.',
    );
  }
  if (access.mode === 'direct' && connection !== undefined) {
    problems.push('MATON_CONNECTION_ID is not used, because MATON_API_KEY is not set.');
  }
  const found = `calls go to ${[...new Set(addressesOf(config.account).map(({ url }) => url.origin))].join(' and ')}`;
  return settingsFinding(found, problems);
}

const whereToSetKeys =
  'Set MANYCHAT_API_KEY (in ManyChat: Settings, API) or MATON_API_KEY (https://maton.ai/settings): in this shell for commands here, under "env" in the client\'s configuration for the client, or in the settings of the extension in Claude Desktop. To try it without an account, use --sandbox.';

/** Names variables that look like settings but are not: one of them may hold the key. */
function misnamedText(environment: Environment): string {
  const names = Object.keys(environment).filter(
    (name) => /^(MATON|MANYCHAT)_/.test(name) && !settingNames.some((setting) => setting === name),
  );
  return names.length === 0 ? '' : ` (${names.join(', ')} is set, but not a setting)`;
}

const manychatKeyLooks =
  'A ManyChat key is the number of the page, a colon, and letters and digits (ManyChat, Settings, API).';

const wasCleaned = (key: Key, raw = ''): boolean => key.state === 'usable' && key.key !== raw.trim();

/** Warns of files with keys of the account that other users can read; undefined if there are none. */
export async function checkKeyFiles(config: Config, surroundings: Surroundings): Promise<Finding | undefined> {
  // The connection is that of the account by now, and must not be taken for a setting beside it.
  const { name, connection: _, ...account } = config.account;
  const file = name === undefined ? undefined : await namedAccounts({ ...config, account }, surroundings);
  if (file === undefined) return undefined;
  const accounts = file.accounts.filter((each) => each.name === name);
  const exposed = await exposedKeyFiles({ ...file, accounts }, surroundings);
  return exposed.length === 0 ? undefined : warning('key file', 'it is not private', exposed.join('\n'));
}

/** Checks the key of an account of the accounts file. */
function checkNamedKey(access: Access, name: string): Finding {
  if (access.mode === 'none') return failed('key', access.reason, 'Correct it in the accounts file.');
  const route = access.mode === 'maton' ? 'calls go through Maton' : 'calls go to ManyChat without Maton';
  const found = `the key of account ${quoted(name)} is well formed: ${route}`;
  return access.mode === 'maton' || manychatKeyShape.test(access.key)
    ? ok('key', found)
    : warning('key', `${found}; it does not look like a ManyChat key`, manychatKeyLooks);
}

/** Checks which key is used and whether it is well formed. Shows no part of a key. */
export function checkKey({ account: { access, name }, sandbox }: Config, environment: Environment): Finding {
  if (sandbox) return ok('key', 'none is needed for the embedded sandbox');
  if (name !== undefined) return checkNamedKey(access, name);
  const maton = readKey('MATON_API_KEY', environment.MATON_API_KEY);
  const manychat = readKey('MANYCHAT_API_KEY', environment.MANYCHAT_API_KEY);
  if (access.mode === 'none') return failed('key', `${access.reason}${misnamedText(environment)}`, whereToSetKeys);
  const [variable, key, route] =
    access.mode === 'maton'
      ? (['MATON_API_KEY', maton, 'calls go through Maton'] as const)
      : (['MANYCHAT_API_KEY', manychat, 'calls go to ManyChat without Maton'] as const);
  const cleaned = wasCleaned(key, environment[variable]) ? ' (quotes or "Bearer" are removed)' : '';
  const unused =
    access.mode === 'maton' && manychat.state === 'usable' ? '; MANYCHAT_API_KEY is also set, but not used' : '';
  const found = `${variable} is set and well formed${cleaned}: ${route}${unused}`;
  if (access.mode === 'maton') return ok('key', found);
  if (!manychatKeyShape.test(access.key)) {
    return warning(
      'key',
      `MANYCHAT_API_KEY is set: ${route}; it does not look like a ManyChat key`,
      `${manychatKeyLooks} A Maton key goes into MATON_API_KEY.`,
    );
  }
  if (maton.state === 'missing' && maton.reason !== undefined) {
    return warning('key', `${found}; ${maton.reason}`, 'To use Maton, set MATON_API_KEY to the key itself.');
  }
  return ok('key', found);
}

/** Reports which addresses are reached through a proxy. */
export function checkProxy(config: Config): Finding {
  if (config.sandbox) return ok('proxy', 'none is used for the embedded sandbox');
  const { http, https } = config.host.proxy;
  if (http === undefined && https === undefined) return ok('proxy', 'none is set');
  const routes = addressesOf(config.account).map(({ url }) => ({ url, proxy: proxyFor(url, config.host.proxy) }));
  const unusable = routes.filter(({ proxy }) => proxy?.problem !== undefined);
  if (unusable.length > 0) {
    const problems = new Set(unusable.map(({ proxy }) => proxy?.problem));
    return failed('proxy', [...problems].join('; '), withoutProxy(unusable.map(({ url }) => url)));
  }
  const texts = routes.map(({ url, proxy }) => {
    if (proxy !== undefined) return `${url.host} through ${proxy.host} (${proxy.setting})`;
    return `${url.host} without a proxy (${isLoopback(url.hostname) ? 'this machine' : 'NO_PROXY'})`;
  });
  return ok('proxy', texts.join(', '));
}
