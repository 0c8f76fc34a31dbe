import { type OAuthMetadata, oauthMetadataResponse } from '@modelcontextprotocol/server';
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { isLoopback } from '../../../config/address.js';
import { errorCode, errorMessage } from '../../../text/error-text.js';
import { isAccessToken } from './access-token.js';
import { issuerDown } from './refusals.js';
import { scopes } from './scopes.js';

/** What an issuer says in a token about its caller. */
export type Claims = JWTPayload;

/** Fetches a document; rejects if there is no response. */
type FetchDocument = (url: string, signal: AbortSignal) => Promise<Response>;

/** What tokens of an identity provider are checked with. */
export interface OAuthParts {
  /** The issuer, exactly as it is in tokens. */
  readonly issuer: string;
  /** The audience that tokens have to have. */
  readonly audience: string;
  /** The resource that clients ask tokens for. */
  readonly resource: URL;
  readonly fetchDocument: FetchDocument;
  /** Milliseconds since any fixed point. */
  readonly now: () => number;
  /** Told if the keys of the issuer cannot be read again. Those that are known go on being used. */
  readonly onKeysFailed: (reason: string) => void;
}

/**
 * What became of a token: its claims; or why it is not accepted, for the caller; or why it could not be checked, for the log.
 * No reason has anything of the token.
 */
type Verified = { readonly claims: Claims } | { readonly refused: string } | { readonly unavailable: string };

/** The identity provider cannot be reached, or not used. */
class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

/** Checks the tokens of an issuer. */
export interface OAuth {
  /** Resolves when metadata and keys of the issuer are known; rejects if they cannot be read now. */
  reach(): Promise<void>;
  /** Checks a token. Never rejects. */
  verify(token: string): Promise<Verified>;
  /** The response to a request for metadata; undefined for any other request. */
  metadata(request: Request): Promise<Response | undefined>;
}

/** Only algorithms with a public key: with any other, whoever can check a token could make one. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
];

/** Seconds that the clocks of issuer and server may differ. */
const clockTolerance = 5;

/** How long the issuer may take to answer, in milliseconds. */
const fetchMs = 5_000;

/** How old the keys may become before they are read again in the background, in milliseconds. */
const keysMs = 600_000;

/** How long after a read a token with an unknown key causes no further one, in milliseconds. */
const cooldownMs = 10_000;

const withoutSlash = (url: string): string => url.replace(/\/$/, '');

/** Where issuers have their metadata: OpenID Connect's place, and the two of RFC 8414. */
function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = withoutSlash(pathname);
  return [
    `${withoutSlash(issuer)}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
    ...(path === '' ? [] : [`${origin}/.well-known/openid-configuration${path}`]),
  ];
}

const isSafe = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
};

/** The metadata in a document, or what is wrong with it. */
function metadataIn(document: unknown, issuer: string): OAuthMetadata & { readonly jwks_uri: string } {
  const fields: Readonly<Record<string, unknown>> = Object(document);
  const text = (name: string): string => {
    const value = fields[name];
    if (typeof value === 'string' && (name === 'issuer' || (URL.canParse(value) && isSafe(value)))) return value;
    throw new IssuerUnavailable(`its metadata has no usable ${name}`);
  };
  if (text('issuer') !== issuer) throw new IssuerUnavailable('its metadata is of another issuer');
  const types = fields.response_types_supported;
  return {
    ...fields,
    issuer,
    authorization_endpoint: text('authorization_endpoint'),
    token_endpoint: text('token_endpoint'),
    jwks_uri: text('jwks_uri'),
    response_types_supported: Array.isArray(types) ? types.filter((each) => typeof each === 'string') : ['code'],
  };
}

/** What a caller is told about a token that was not accepted. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof errors.JWTExpired) return 'The token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const reasons: Readonly<Record<string, string>> = {
      aud: 'The token was issued for another resource',
      iss: 'The token was issued by another issuer',
      nbf: 'The token is not valid yet',
      exp: 'The token has no time at which it expires',
    };
    return reasons[error.claim] ?? 'The token is not valid';
  }
  if (
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    errorCode(error) === 'ERR_JOSE_GENERIC'
  )
    return undefined;
  return error instanceof errors.JOSEError || error instanceof TypeError ? 'The token is not valid' : undefined;
}

/** Checks the tokens of an issuer, whose metadata and keys are read when they are first needed. */
export function createOAuth({ issuer, audience, resource, fetchDocument, now, onKeysFailed }: OAuthParts): OAuth {
  const fetched: FetchDocument = (url, signal) =>
    fetchDocument(url, signal).catch((error: unknown) => {
      throw new IssuerUnavailable(errorMessage(error), { cause: error });
    });

  async function discover() {
    let problem: unknown;
    for (const url of metadataUrls(issuer)) {
      try {
        const response = await fetched(url, AbortSignal.timeout(fetchMs));
        if (response.status !== 200) throw new IssuerUnavailable(`it answered ${response.status}`);
        const metadata = metadataIn(await response.json(), issuer);
        const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), {
          // Known keys are used as long as no others can be read: see `refresh`.
          cacheMaxAge: Number.POSITIVE_INFINITY,
          cooldownDuration: cooldownMs,
          timeoutDuration: fetchMs,
          [customFetch]: (address, { signal }) => fetched(address, signal),
        });
        return { metadata, keys, readAt: now() };
      } catch (error) {
        problem ??= error;
      }
    }
    throw problem;
  }

  let known: ReturnType<typeof discover> | undefined;
  /** Concurrent requests share one read; a failed one is made again with the next request. */
  function issuerKnown(): ReturnType<typeof discover> {
    known ??= discover().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  }

  /** Reads the keys again in the background once they are old, so that keys which were taken back are not used for long. */
  function refresh(found: Awaited<ReturnType<typeof discover>>): void {
    if (now() - found.readAt < keysMs) return;
    found.readAt = now();
    found.keys.reload().catch((error: unknown) => onKeysFailed(errorMessage(error)));
  }

  return {
    async reach() {
      const { keys } = await issuerKnown();
      if (keys.jwks() === undefined) await keys.reload();
    },
    async verify(token) {
      try {
        const found = await issuerKnown();
        refresh(found);
        const { payload, protectedHeader } = await jwtVerify(token, found.keys, {
          issuer,
          audience,
          algorithms,
          clockTolerance,
          requiredClaims: ['exp', 'iss', 'aud'],
        });
        if (!isAccessToken(protectedHeader, payload, resource.href))
          return { refused: 'The token is not an access token' };
        // Whoever presents it would have to prove that they have the key, which is not checked here.
        if (payload.cnf !== undefined) return { refused: 'The token is bound to a key, which is not supported' };
        return { claims: payload };
      } catch (error) {
        const refused = refusalOf(error);
        return refused === undefined ? { unavailable: errorMessage(error) } : { refused };
      }
    },
    async metadata(request) {
      if (!new URL(request.url).pathname.startsWith('/.well-known/oauth-')) return undefined;
      const known = await issuerKnown().catch(() => undefined);
      if (known === undefined) return issuerDown();
      const { metadata } = known;
      return oauthMetadataResponse(request, {
        oauthMetadata: metadata,
        resourceServerUrl: resource,
        scopesSupported: [...scopes],
        resourceName: 'ManyChat',
      });
    },
  };
}
