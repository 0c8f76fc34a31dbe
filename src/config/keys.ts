type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that a client passed on without replacing it, or a placeholder copied from a document. */
export const unset = /^(\$\{.*\}|\$[A-Z_]+|%[A-Z_]+%|YOUR_API_KEY)$/;

/** Takes off what gets pasted along with a key: white space around it, quotes, "Bearer ". */
function bareKey(pasted: string): string {
  const bare = pasted
    .trim()
    .replace(/^(["'`])(.*)\1$/s, '$2')
    .replace(/^bearer\s+/i, '')
    .trim();
  return bare === pasted ? bare : bareKey(bare);
}

/** A key as it was found: usable, not there (perhaps with a reason), or there and wrong. */
export type Key =
  | { readonly state: 'usable'; readonly key: string }
  | { readonly state: 'missing' | 'wrong'; readonly reason: string | undefined };

/** ManyChat's keys: the page's number and a token. Maton's have no known shape. */
export const manychatKeyShape = /^\d{5,}:[0-9a-f]{16,}$/i;

/** The same anywhere in a text. */
export const manychatKeyIn = /\d{5,}:[0-9a-f]{16,}/gi;

/** A key from the environment; no message ever shows it. */
export function readKey(variable: string, pasted: string | undefined): Key {
  const key = bareKey(pasted ?? '');
  if (key === '' || /^bearer$/i.test(key)) return { state: 'missing', reason: undefined };
  if (unset.test(key)) return { state: 'missing', reason: `${variable} holds a placeholder instead of a key` };
  if (/[^\x21-\x7e]/.test(key)) {
    const reason = `${variable} contains white space, a line break or a character that no key has; copy the key again`;
    return { state: 'wrong', reason };
  }
  if (variable === 'MATON_API_KEY' && manychatKeyShape.test(key)) {
    return { state: 'wrong', reason: 'MATON_API_KEY holds a ManyChat key; that belongs into MANYCHAT_API_KEY' };
  }
  return { state: 'usable', key };
}

/** User and password of a proxy, alone and as they stand in its address and, encoded, in a header. */
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

/** The keys among the settings, by the variables that hold them; also one that is not in use, or cannot be right. */
export function keysIn(environment: Environment): { readonly variable: string; readonly key: string }[] {
  return ['MATON_API_KEY', 'MANYCHAT_API_KEY'].flatMap((variable) => {
    const key = bareKey(environment[variable] ?? '');
    return key === '' || unset.test(key) ? [] : [{ variable, key }];
  });
}

/** Everything among the settings that nobody may read: keys, and users and passwords of proxies. */
export function secretsIn(environment: Environment): string[] {
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY'].flatMap((name) => [environment[name], environment[name.toLowerCase()]]);
  return [...keysIn(environment).map(({ key }) => key), ...proxies.flatMap(credentialsIn)];
}
