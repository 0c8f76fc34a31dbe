import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import Provider, { type JWK } from 'oidc-provider';
import { onFreePort } from '../../support/on-free-port.js';

/** The id and the secret of the agent that is registered. */
export const agent = { id: 'agents', secret: 'secret-of-the-agents' } as const;

/** The groups of those who have an account. */
const groups = new Map([
  ['alice', ['owners']],
  ['mallory', ['guests']],
]);

/** The scopes that it knows. */
export const scopes = ['manychat:read', 'manychat:write', 'manychat:send', 'manychat:admin'];

/** An identity provider on loopback: oidc-provider, with pages for its users. */
export interface IdentityProvider {
  readonly url: string;
  /** What it was asked for, as method and path. */
  readonly requests: readonly string[];
  /** Signs with a new key from now on, and publishes those of before as well. */
  rotate(): void;
}

/** A new key, under a name that no other has. */
function newKey(): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const { n, e, d, p, q, dp, dq, qi } = privateKey.export({ format: 'jwk' });
  if (n === undefined || e === undefined) throw new Error('a key of RSA');
  return { kty: 'RSA', alg: 'RS256', use: 'sig', n, e, d, p, q, dp, dq, qi };
}

/** The provider with these keys. Those who sign in are registered in memory, and its tokens are for one resource. */
function providerWith(issuer: string, resource: string, keys: JWK[]): Provider {
  return new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: ['of the test'] },
    clients: [
      {
        client_id: agent.id,
        client_secret: agent.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_, indicator) {
          if (indicator !== resource) throw new Error(`tokens for ${indicator} were asked for`);
          return {
            scope: scopes.join(' '),
            audience: indicator,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          };
        },
      },
    },
    scopes: ['offline_access', ...scopes],
    ttl: { ClientCredentials: 600, AccessToken: 600, Interaction: 600, Session: 600, Grant: 600 },
    pkce: { required: () => true },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    extraTokenClaims: (_, token) =>
      token.kind === 'AccessToken' ? { groups: groups.get(token.accountId) ?? [] } : undefined,
  });
}

/** Shows which page it is, and takes what its user enters there. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.end(prompt.name);
    return;
  }
  const form = new URLSearchParams(await text(request));
  if (prompt.name === 'login') {
    const login = { accountId: form.get('user') ?? '' };
    return provider.interactionFinished(request, response, { login });
  }
  const consented = form.get('scopes')?.split(' ') ?? [];
  const accountId = session?.accountId;
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = found ?? new provider.Grant({ accountId, clientId: String(params.client_id) });
  const { missingOIDCScope, missingResourceScopes } = prompt.details;
  if (Array.isArray(missingOIDCScope)) grant.addOIDCScope(missingOIDCScope.join(' '));
  for (const [indicator, missing] of Object.entries(Object(missingResourceScopes))) {
    const asked: string[] = Array.isArray(missing) ? missing : [];
    grant.addResourceScope(indicator, asked.filter((scope) => consented.includes(scope)).join(' '));
    grant.rejectResourceScope(indicator, asked.filter((scope) => !consented.includes(scope)).join(' '));
  }
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

/** Starts an identity provider whose tokens are for a resource. It ends with the test. */
export async function startIdentityProvider(resource: string): Promise<IdentityProvider> {
  const requests: string[] = [];
  const server = createServer();
  const { url } = await onFreePort(server);
  let keys = [newKey()];
  let provider = providerWith(url, resource, keys);
  server.on('request', (request, response) => {
    requests.push(`${request.method} ${request.url?.split('?')[0]}`);
    if (request.url?.startsWith('/interaction/') !== true) return provider.callback()(request, response);
    interact(provider, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  return {
    url,
    requests,
    rotate() {
      keys = [newKey(), ...keys];
      provider = providerWith(url, resource, keys);
    },
  };
}
