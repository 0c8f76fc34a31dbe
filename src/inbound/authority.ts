import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AnsweredMessage, Callback, Callbacks } from '../account/inbox/content/callbacks.js';
import { accountNamed } from '../config/accounts/names.js';
import { defaultAccount, type InboundSecrets } from '../config/accounts/sources/inbound-secrets.js';

/** The header by which a callback proves itself. */
const callbackHeader = 'x-manychat-callback';

/** What a call has proved. */
interface Proof {
  /** The account, by its name. */
  readonly account: string;
  /** The contact that it may speak for; absent if the call has the secret, which is for all. */
  readonly contact?: string | undefined;
}

/** Says what calls may do, and makes callbacks. */
export interface Authority extends Callbacks {
  /** Whether callbacks can be made. */
  readonly calledBack: boolean;
  /**
   * What a call for an account proves; undefined if nothing. How long this takes does not depend on whether there is such an
   * account, nor on how much of a secret is right.
   * @param callbacks whether what this server made for a callback is accepted in place of the secret.
   */
  prove(named: string, headers: Headers, callbacks: boolean): Proof | undefined;
}

/** What an authority is made of. */
export interface AuthorityParts {
  readonly accounts: readonly (InboundSecrets & { readonly header: string })[];
  /** The address under which ManyChat reaches the server; undefined: no callbacks are made. */
  readonly publicUrl: URL | undefined;
}

const digest = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Proves that the server has made a callback. The key is derived, so that the secret itself signs nothing. */
const seal = (secret: string, account: string, contact: string, message: string): Buffer =>
  digest(digest(secret, 'manychat-mcp callback 1'), JSON.stringify([account, contact, message]));

/** Creates an authority. */
export function createAuthority({ accounts, publicUrl }: AuthorityParts): Authority {
  const named = accounts.map((account) => ({ ...account, name: account.account }));
  const ownKey = randomBytes(32);
  const most = Math.max(1, ...accounts.map(({ secrets }) => secrets.length));
  /** As many as any account has, so that each is compared with as many. */
  const padded = (secrets: readonly string[]): string[] => [
    ...secrets,
    ...Array.from({ length: most - secrets.length }, () => randomBytes(24).toString('base64url')),
  ];
  const known = new Map(named.map(({ name, secrets }) => [name, padded(secrets)]));
  const strange = padded([]);

  const equals = (first: Buffer, second: Buffer): boolean =>
    first.byteLength === second.byteLength && timingSafeEqual(first, second);

  /** The contact in what a callback shows, if it is genuine. */
  function contactIn(shown: string, account: string, secrets: readonly string[]): string | undefined {
    const [, contact = '', message = '', mac = ''] = /^(\d{1,20})\.([\w%.~-]{0,200})\.([\w-]{43})$/.exec(shown) ?? [];
    const given = Buffer.from(mac, 'base64url');
    let genuine = false;
    for (const secret of secrets)
      if (equals(given, seal(secret, account, contact, message)) && contact !== '') genuine = true;
    return genuine ? contact : undefined;
  }

  return {
    calledBack: publicUrl !== undefined,
    prove(name, headers, callbacks) {
      const account = accountNamed(named, name);
      const secrets = (account && known.get(account.name)) ?? strange;
      const given = digest(ownKey, headers.get(account?.header ?? accounts[0]?.header ?? '-') ?? '');
      let proved = false;
      for (const secret of secrets) if (equals(given, digest(ownKey, secret))) proved = true;
      const shown = callbacks ? (headers.get(callbackHeader) ?? '') : '';
      const contact = contactIn(shown, account?.name ?? '', secrets);
      if (account === undefined) return undefined;
      if (proved) return { account: account.name };
      return contact === undefined ? undefined : { account: account.name, contact };
    },
    of(name = defaultAccount, message: AnsweredMessage): Callback | undefined {
      const account = named.find((each) => each.name === name);
      const [secret] = account?.secrets ?? [];
      if (secret === undefined || publicUrl === undefined) return undefined;
      const id = encodeURIComponent(message.id);
      const mac = seal(secret, name, message.contact, id).toString('base64url');
      return {
        url: (kind) => new URL(`/inbound/${encodeURIComponent(name)}/block?callback=${kind}`, publicUrl).href,
        headers: { [callbackHeader]: `${message.contact}.${id}.${mac}` },
        message,
      };
    },
  };
}
