import type { AccountSettings } from '../../config/account-settings.js';
import { isLoopback } from '../../config/address.js';
import type { Config } from '../../config/config.js';
import { type Key, manychatKeyShape, readKey } from '../../config/keys.js';
import { proxyFor } from '../../config/proxy.js';
import { settingNames } from '../../config/settings.js';
import { oldestNode } from '../../config/version.js';
import { type Finding, failed, ok, warning } from './finding.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether Node.js is new enough. */
export function checkNode(nodeVersion: string): Finding {
  const [have = [], need = []] = [nodeVersion, oldestNode].map((version) => version.split('.').map(Number.parseFloat));
  const first = need.findIndex((part, index) => part !== have[index]);
  const supported = first === -1 || (have[first] ?? 0) > (need[first] ?? 0);
  return supported
    ? ok('node', `Node.js ${nodeVersion}`)
    : failed(
        'node',
        `Node.js ${nodeVersion} is too old`,
        `Install Node.js ${oldestNode} or newer (https://nodejs.org), also where your client finds it.`,
      );
}

/** The addresses that calls go to, by the setting that names each; what serves as both stands once. */
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

/** Whether the settings that could be read mean what they should; `config` is as it was set, before any sandbox. */
export function checkSettings(config: Config): Finding {
  if (config.sandbox) return ok('settings', 'the embedded sandbox stands in for every address and account');
  const { addresses, connection, access } = config.account;
  const problems: string[] = [];
  if (access.mode !== 'direct' && /\/manychat\/?$|\/fb\/?$/.test(addresses.gateway.pathname)) {
    problems.push(
      'MATON_GATEWAY_URL: leave out the path; /manychat and the path of each endpoint are added to the address.',
    );
  }
  if (access.mode === 'direct' && connection !== undefined) {
    problems.push('MATON_CONNECTION_ID is not used, since MATON_API_KEY is not set.');
  }
  const found = `calls go to ${[...new Set(addressesOf(config.account).map(({ url }) => url.origin))].join(' and ')}`;
  return problems.length === 0 ? ok('settings', found) : warning('settings', found, problems.join('\n'));
}

const whereKeysAre =
  'Copy your key from https://maton.ai/settings and set it as MATON_API_KEY: in this shell for what you run here, under "env" in the client\'s configuration for the client. Without an account: --sandbox.';

/** Variables that look like ours and are not: what was meant for a setting may stand in them. */
function misnamed(environment: Environment): string {
  const names = Object.keys(environment).filter(
    (name) => /^(MATON|MANYCHAT)_/.test(name) && !settingNames.some((setting) => setting === name),
  );
  return names.length === 0 ? '' : ` (${names.join(', ')} is set, but not read)`;
}

const wasMended = (key: Key, given = ''): boolean => key.state === 'usable' && key.key !== given.trim();

/** Which key is used and whether it can be right; shows no part of one. */
export function checkKey({ account: { access }, sandbox }: Config, environment: Environment): Finding {
  if (sandbox) return ok('key', 'none is needed for the embedded sandbox');
  const maton = readKey('MATON_API_KEY', environment.MATON_API_KEY);
  const manychat = readKey('MANYCHAT_API_KEY', environment.MANYCHAT_API_KEY);
  if (access.mode === 'none') return failed('key', `${access.reason}${misnamed(environment)}`, whereKeysAre);
  const [variable, key, way] =
    access.mode === 'maton'
      ? (['MATON_API_KEY', maton, 'calls go through Maton'] as const)
      : (['MANYCHAT_API_KEY', manychat, 'calls go to ManyChat without Maton'] as const);
  const mended = wasMended(key, environment[variable]) ? ' (quotes or "Bearer" are taken off)' : '';
  const unused =
    access.mode === 'maton' && manychat.state === 'usable' ? '; MANYCHAT_API_KEY is set too, and not used' : '';
  const found = `${variable} is set and well formed${mended}: ${way}${unused}`;
  if (access.mode === 'maton') return ok('key', found);
  if (!manychatKeyShape.test(access.key)) {
    return warning(
      'key',
      `MANYCHAT_API_KEY is set: ${way}; it does not look like a ManyChat key`,
      'A ManyChat key is the number of the page, a colon, and letters and digits (ManyChat, Settings, API). A Maton key belongs into MATON_API_KEY.',
    );
  }
  if (maton.state === 'missing' && maton.reason !== undefined) {
    return warning('key', `${found}; ${maton.reason}`, 'To go through Maton, set MATON_API_KEY to the key itself.');
  }
  return ok('key', found);
}

/** Which of the addresses are reached through a proxy. */
export function checkProxy(config: Config): Finding {
  if (config.sandbox) return ok('proxy', 'none is used for the embedded sandbox');
  const { http, https } = config.host.proxy;
  if (http === undefined && https === undefined) return ok('proxy', 'none is set');
  const ways = addressesOf(config.account).map(({ url }) => {
    const proxy = proxyFor(url, config.host.proxy);
    if (proxy !== undefined) return `${url.host} through ${proxy.host} (${proxy.setting})`;
    return `${url.host} without (${isLoopback(url.hostname) ? 'this machine' : 'NO_PROXY'})`;
  });
  return ok('proxy', ways.join(', '));
}
