import { createServer } from 'node:http';
import { base64url, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { onFreePort } from './on-free-port.js';

/** What a token says, and how it is signed, where that is not the usual. */
export interface TokenParts {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Partial<JWTHeaderParameters>;
  /** Seconds from now, in either direction; undefined for none. */
  readonly expires?: number | undefined;
  readonly notBefore?: number;
}

/** An identity provider on loopback, as far as a resource server sees it. */
export interface Issuer {
  readonly url: string;
  /** The paths that were asked for. */
  readonly requests: readonly string[];
  /** Signs a token with the current key. */
  sign(parts?: TokenParts): Promise<string>;
  /** The public key, as it is published. */
  publicKey(): JWK;
  /** Signs with a new key from now on, and publishes only that. */
  rotate(): Promise<void>;
  /** Whether requests are answered. */
  setDown(down: boolean): void;
}

/** Starts an identity provider for the running test. Its tokens are for an audience. */
export async function startIssuer(audience: string): Promise<Issuer> {
  const requests: string[] = [];
  let down = false;
  let count = 0;
  async function newKey() {
    count += 1;
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const kid = `key-${count}`;
    return { privateKey, kid, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
  }
  let key = await newKey();
  const server = createServer(({ url: path = '' }, response) => {
    requests.push(path);
    if (down) {
      response.destroy();
      return;
    }
    const documents: Readonly<Record<string, unknown>> = {
      '/.well-known/openid-configuration': {
        issuer: url,
        authorization_endpoint: `${url}/auth`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/jwks`,
        response_types_supported: ['code'],
      },
      '/jwks': { keys: [key.jwk] },
    };
    const document = documents[path];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  const { url } = await onFreePort(server);
  return {
    url,
    requests,
    async sign({ claims = {}, header = {}, notBefore, ...rest } = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const expires = 'expires' in rest ? rest.expires : 300;
      const payload = {
        iss: url,
        aud: audience,
        sub: 'alice',
        scope: 'manychat:read manychat:write manychat:send manychat:admin',
        ...(expires !== undefined && { exp: now + expires }),
        ...(notBefore !== undefined && { nbf: now + notBefore }),
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header })
        .sign(key.privateKey);
    },
    publicKey: () => key.jwk,
    async rotate() {
      key = await newKey();
    },
    setDown(isDown) {
      down = isDown;
    },
  };
}

/** A token with this header and these claims, and a signature as it is given. */
export const unsigned = (header: object, claims: object, signature = ''): string =>
  [...[header, claims].map((part) => base64url.encode(JSON.stringify(part))), signature].join('.');
