import { createHash } from 'node:crypto';
import { getOAuthProtectedResourceMetadataUrl } from '@modelcontextprotocol/server';
import { everything, type Grant } from '../../../config/accounts/grant.js';
import { identityOf } from '../../../config/accounts/settings.js';
import { isToken } from '../../../config/accounts/sign-in/tokens-file.js';
import type { Principal, SignIn } from '../principal.js';
import { keyIn } from './client-key.js';
import { type GrantedTool, type Grants, scopesIn } from './grants.js';
import { narrowedByHeaders } from './narrowing-headers.js';
import type { Claims, OAuth } from './oauth.js';
import { badHeaders, issuerDown, noScope, nothingGranted, notSignedIn } from './refusals.js';
import type { TokenList } from './token-list.js';

/** What callers sign in with. What is absent is not accepted. */
export interface SignInParts {
  readonly tokens?: TokenList | undefined;
  readonly oauth?:
    | {
        readonly tokens: OAuth;
        /** The resource that clients ask tokens for. */
        readonly resource: URL;
        /** The claim that holds the scopes; undefined if scopes do not matter. */
        readonly scopeClaim: string | undefined;
      }
    | undefined;
  /** Callers bring the key of their account. */
  readonly clientKey: boolean;
  readonly grants: Grants;
  readonly tools: readonly GrantedTool[];
  /** Told why a caller was refused. The reason is for the log, and has no token and no key. */
  readonly onRefused: (reason: string, principal?: string) => void;
}

/** The token in the header of a request; undefined if there is none, empty if the header has another form. */
function bearerIn(headers: Headers): string | undefined {
  const header = headers.get('authorization');
  return header === null ? undefined : (/^bearer +(\S+) *$/i.exec(header)?.[1] ?? '');
}

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/**
 * Names the caller of a token as the identity provider does, if that can be written in a line. Only `sub` tells callers apart:
 * all users of a client have its `client_id` and `azp`. A name that begins like a digest is written as one.
 */
function nameIn({ sub }: Claims): string | undefined {
  if (typeof sub !== 'string' || sub === '') return undefined;
  const isPlain = /^[\w.@|:+-]{1,100}$/.test(sub) && !sub.startsWith('sha256:');
  return isPlain ? `oauth:${sub}` : `oauth:sha256:${short(sub)}`;
}

type Found = Pick<Principal, 'id' | 'grant'> | Response;

/** Creates the sign-in of a server. */
export function createSignIn({ tokens, oauth, clientKey, grants, tools, onRefused }: SignInParts): SignIn {
  const metadataUrl = oauth && getOAuthProtectedResourceMetadataUrl(oauth.resource);
  const takesToken = tokens !== undefined || oauth !== undefined;

  const refused = (reason: string, id?: string): Response => {
    onRefused(reason, ...(id === undefined ? [] : [id]));
    return notSignedIn(reason, metadataUrl);
  };

  function granted(id: string, grant: Grant | string): Found {
    if (typeof grant !== 'string') return { id, grant };
    onRefused(grant, id);
    return nothingGranted();
  }

  function bySelfMade(text: string): Found {
    const found = tokens?.find(text);
    if (found === undefined) return refused('The token is not valid: it is unknown or revoked');
    const id = `token:${found.token.name}`;
    // Whoever has the token may know that it is an old one: they need to ask for another.
    if (found.expired) return refused('The token has expired', id);
    return granted(id, grants.ofToken(found.token));
  }

  async function byIssuer(text: string, { tokens: issued, scopeClaim }: NonNullable<typeof oauth>): Promise<Found> {
    const verified = await issued.verify(text);
    if ('refused' in verified) return refused(verified.refused);
    if ('unavailable' in verified) {
      onRefused(`the identity provider is unavailable: ${verified.unavailable}`);
      return issuerDown();
    }
    const id = nameIn(verified.claims);
    if (id === undefined) return refused('The token does not say whose it is: it has no sub');
    const grant = grants.ofClaims(verified.claims);
    if (typeof grant === 'string' || scopeClaim === undefined) return granted(id, grant);
    const narrowed = grants.withScopes(grant, scopesIn(verified.claims, scopeClaim));
    if (narrowed.tools?.length !== 0) return { id, grant: narrowed };
    onRefused('the token has no scope for what its profile allows', id);
    return noScope(metadataUrl);
  }

  /** Finds out who asks, without the headers that narrow what they may do. */
  async function find(headers: Headers): Promise<Found> {
    if (!takesToken) return { id: 'local', grant: everything };
    const token = bearerIn(headers);
    // Clients that do not know yet how to sign in begin with such a request.
    if (token === undefined) return notSignedIn('This server needs a token: Authorization: Bearer TOKEN', metadataUrl);
    if (token === '') return refused('The header Authorization must be: Bearer TOKEN');
    if (oauth === undefined || isToken(token)) return bySelfMade(token);
    return byIssuer(token, oauth);
  }

  return {
    async identify({ headers }) {
      const found = await find(headers);
      if (found instanceof Response) return found;
      const grant = narrowedByHeaders(found.grant, headers, tools);
      if (typeof grant === 'string') return badHeaders(grant);
      if (!clientKey) return { id: found.id, grant };
      const access = keyIn(headers);
      if (typeof access === 'string') return badHeaders(access);
      const account = `key:${identityOf(access).slice(0, 16)}`;
      return { id: takesToken ? `${found.id} ${account}` : account, grant: { ...grant, accounts: 'all' }, access };
    },
    ...(oauth !== undefined && {
      metadata: (request: Request) => oauth.tokens.metadata(request),
      reach: () => oauth.tokens.reach(),
    }),
  };
}
