import { type Access, directAccess } from './settings.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The forms of a variable that a shell, a client or a build system did not replace (bash, cmd, PowerShell, GitHub Actions,
 * n8n, Azure, 1Password), and the words that programs write for "no value".
 */
const unreplaced: readonly RegExp[] = [
  /^\$\{.*\}$/s,
  /^\{\{.*\}\}$/s,
  /^\$\(.*\)$/s,
  /^\$[A-Z_][A-Z\d_]*$/,
  /^\$env:\w+$/i,
  /^%[A-Z_][A-Z\d_]*%$/,
  /^#\{.*\}#$/,
  /^__[A-Z][A-Z\d_]*__$/,
  /^process\.env\.\w+$/,
  /^op:\/\//,
  /^(undefined|null)$/,
];

/** Whether a value is a variable that was passed on unreplaced. */
export const isPlaceholder = (value: string): boolean => unreplaced.some((form) => form.test(value));

/** What documents and templates write in place of a key: words, never letters and digits at random. */
const keyWords: readonly RegExp[] = [
  /^(your|insert|enter|paste|put|add|replace)[a-z _-]{0,40}(key|token|secret|here|me)$/i,
  /^(change|replace)[_-]?me$/i,
  /^(maton|manychat)?_?api_?key$/i,
  /^<[a-z][a-z _-]{0,40}>$/i,
  /^\[[a-z][a-z _-]{0,40}\]$/i,
  /^([x*.…_-])\1{2,}$/i,
];

const isKeyPlaceholder = (key: string): boolean => isPlaceholder(key) || keyWords.some((words) => words.test(key));

/** A key without what gets pasted along with it: surrounding white space, quotes, angle brackets, "Bearer ". */
function bareKey(pasted: string): string {
  const bare = pasted
    .trim()
    .replace(/^(["'`])(.*)\1$/s, '$2')
    .replace(/^bearer\s+/i, '')
    .trim();
  const inner = /^<(.+)>$/s.exec(bare)?.[1];
  const key = inner === undefined || isKeyPlaceholder(bare) ? bare : inner;
  return key === pasted ? key : bareKey(key);
}

/** A key as the environment holds it: usable, missing (perhaps with a reason), or malformed. */
export type Key =
  | { readonly state: 'usable'; readonly key: string }
  | { readonly state: 'missing' | 'malformed'; readonly reason: string | undefined };

/** The shape of ManyChat's keys: the page's number and a token. Maton's keys have no known shape. */
export const manychatKeyShape = /^\d{5,}:[0-9a-f]{16,}$/i;

/** A ManyChat key anywhere in a text. */
export const manychatKeyIn = /\d{5,}:[0-9a-f]{16,}/gi;

/**
 * Reads a key. The reasons do not show it.
 * @param variable what holds the key, for the reasons.
 */
export function readKey(
  variable: string,
  pasted: string | undefined,
  mode: 'maton' | 'direct' = variable === 'MATON_API_KEY' ? 'maton' : 'direct',
): Key {
  const key = bareKey(pasted ?? '');
  if (key === '' || /^bearer$/i.test(key)) return { state: 'missing', reason: undefined };
  if (isKeyPlaceholder(key)) return { state: 'missing', reason: `${variable} contains a placeholder instead of a key` };
  if (/[^\x21-\x7e]/.test(key)) {
    const reason = `${variable} contains white space, a line break or a character that cannot be part of a key; copy the key again`;
    return { state: 'malformed', reason };
  }
  if (mode === 'maton' && manychatKeyShape.test(key)) {
    const place = variable === 'MATON_API_KEY' ? 'MANYCHAT_API_KEY' : 'manychat_key';
    return { state: 'malformed', reason: `${variable} contains a ManyChat key, which belongs in ${place}` };
  }
  return { state: 'usable', key };
}

/** The access that two pasted keys give. Maton's key takes precedence, even a malformed one. */
export function chooseAccess(matonKey: string | undefined, manychatKey: string | undefined): Access {
  const maton = readKey('MATON_API_KEY', matonKey);
  const manychat = readKey('MANYCHAT_API_KEY', manychatKey);
  if (maton.state === 'usable') return { mode: 'maton', key: maton.key };
  if (maton.state === 'missing' && manychat.state === 'usable') return directAccess(manychat.key);
  const problem = maton.reason ?? (manychat.state === 'usable' ? undefined : manychat.reason);
  return { mode: 'none', reason: problem ?? 'Neither MATON_API_KEY nor MANYCHAT_API_KEY is set' };
}

/** The user and the password of a proxy's address, each alone and joined as in its Basic header. */
function credentialsIn(address: string | undefined): string[] {
  const whole = address === undefined || address.includes('://') ? (address ?? '') : `http://${address}`;
  if (!URL.canParse(whole)) return [];
  const { username, password } = new URL(whole);
  if (username === '' && password === '') return [];
  try {
    const [user, word] = [decodeURIComponent(username), decodeURIComponent(password)];
    return [user, word, `${user}:${word}`];
  } catch {
    return [username, password, `${username}:${password}`];
  }
}

/** The keys among the settings, even those that are not in use or malformed. */
export function keysIn(environment: Environment): { readonly variable: string; readonly key: string }[] {
  return ['MATON_API_KEY', 'MANYCHAT_API_KEY'].flatMap((variable) => {
    const key = bareKey(environment[variable] ?? '');
    return key === '' || isKeyPlaceholder(key) ? [] : [{ variable, key }];
  });
}

/** The secrets with which ManyChat calls, even if they are not valid. */
const inboundSecretsIn = ({ MANYCHAT_MCP_INBOUND_SECRET: listed = '' }: Environment): string[] =>
  listed.split(',').flatMap((each) => each.trim() || []);

/** All secrets among the settings: keys, secrets of inbound, and the users and passwords of proxies and of Redis. */
export function secretsIn(environment: Environment): string[] {
  const addresses = ['HTTP_PROXY', 'HTTPS_PROXY', 'MANYCHAT_MCP_REDIS_URL'].flatMap((name) => [
    environment[name],
    environment[name.toLowerCase()],
  ]);
  return [
    ...keysIn(environment).map(({ key }) => key),
    ...inboundSecretsIn(environment),
    ...[environment.MANYCHAT_MCP_FORWARD_SECRET ?? ''].flatMap((secret) => secret.trim() || []),
    ...addresses.flatMap(credentialsIn),
  ];
}
