import { createHmac, createPublicKey } from 'node:crypto';
import { decodeJwt, generateKeyPair, SignJWT } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createOAuth } from '../../../../src/mcp/http/sign-in/oauth.js';
import { type Issuer, startIssuer, unsigned } from '../../../support/issuer.js';

const resource = new URL('https://manychat.example.com/mcp');

/** An issuer, and what checks its tokens. */
async function started(audience = resource.href) {
  const issuer = await startIssuer(audience);
  const problems: string[] = [];
  let now = 0;
  const oauth = createOAuth({
    issuer: issuer.url,
    audience,
    resource,
    fetchDocument: (url, signal) => fetch(url, { signal }),
    now: () => now,
    onKeysFailed: (reason) => problems.push(reason),
  });
  return {
    issuer,
    oauth,
    problems,
    pass(ms: number) {
      now += ms;
    },
  };
}

afterEach(() => {
  vi.useRealTimers();
});

const claimsOf = async (issuer: Issuer) => decodeJwt(await issuer.sign());

/** The public key of an issuer as PEM, which a careless server takes for a shared secret. */
const hs256 = async (issuer: Issuer): Promise<string> => {
  const pem = createPublicKey({ key: { ...issuer.publicKey() }, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  const [header, body] = unsigned({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' }, await claimsOf(issuer)).split('.');
  return `${header}.${body}.${createHmac('sha256', pem).update(`${header}.${body}`).digest('base64url')}`;
};

const changed = (token: string): string => {
  const [header = '', body = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  return [header, Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url'), signature].join('.');
};

async function ofOtherKey(issuer: Issuer, kid: string): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256');
  return new SignJWT(await claimsOf(issuer)).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid }).sign(privateKey);
}

describe('a token of the identity provider', () => {
  test('is accepted with its claims', async () => {
    const { issuer, oauth } = await started();
    expect(await oauth.verify(await issuer.sign({ claims: { groups: ['a'] } }))).toMatchObject({
      claims: { sub: 'alice', groups: ['a'], aud: resource.href },
    });
  });

  test.each([
    ['several audiences', { claims: { aud: ['https://other.example', resource.href] } }],
    ['the type JWT', { header: { typ: 'JWT' } }],
    ['no type', { header: { typ: undefined } }],
    ['the whole type', { header: { typ: 'application/at+jwt' } }],
    ['a clock that is three seconds ahead', { notBefore: 3 }],
  ])('is accepted with %s', async (_, parts) => {
    const { issuer, oauth } = await started();
    expect(await oauth.verify(await issuer.sign(parts as object))).toHaveProperty('claims');
  });

  const invalid = 'The token is not valid';
  const bad: [string, string, (issuer: Issuer) => Promise<string>][] = [
    ['claims that were changed', invalid, async (issuer) => changed(await issuer.sign())],
    ['the signature of another key', invalid, (issuer) => ofOtherKey(issuer, 'key-1')],
    ['a key that is not published', invalid, (issuer) => ofOtherKey(issuer, 'key-x')],
    ['no signature', invalid, async (issuer) => unsigned({ alg: 'none', typ: 'at+jwt' }, await claimsOf(issuer))],
    ['a signature with the public key as the secret', invalid, hs256],
    ['no content', invalid, async () => 'x.y.z'],
    ['no dots', invalid, async () => 'garbage'],
    ['an encrypted form', invalid, async () => `${unsigned({ alg: 'dir', enc: 'A256GCM' }, {})}.a.b`],
    [
      'another resource',
      'The token was issued for another resource',
      (issuer) => issuer.sign({ claims: { aud: 'https://manychat.example.com/other' } }),
    ],
    [
      'no audience',
      'The token was issued for another resource',
      (issuer) => issuer.sign({ claims: { aud: undefined } }),
    ],
    [
      'another issuer',
      'The token was issued by another issuer',
      (issuer) => issuer.sign({ claims: { iss: 'https://login.example' } }),
    ],
    [
      'the same issuer and a slash',
      'The token was issued by another issuer',
      (issuer) => issuer.sign({ claims: { iss: `${issuer.url}/` } }),
    ],
    ['a time that is over', 'The token has expired', (issuer) => issuer.sign({ expires: -30 })],
    ['a time that has not come', 'The token is not valid yet', (issuer) => issuer.sign({ notBefore: 30 })],
    [
      'no time at which it expires',
      'The token has no time at which it expires',
      (issuer) => issuer.sign({ expires: undefined }),
    ],
    [
      'a text as its time',
      'The token has no time at which it expires',
      (issuer) => issuer.sign({ claims: { exp: '2099' } }),
    ],
    [
      'the type of another kind of token',
      'The token is not an access token',
      (issuer) => issuer.sign({ header: { typ: 'logout+jwt' } }),
    ],
    [
      'a binding to a key',
      'The token is bound to a key, which is not supported',
      (issuer) => issuer.sign({ claims: { cnf: { jkt: 'x' } } }),
    ],
  ];
  test.each(bad)('is refused with %s', async (_, refused, make) => {
    const { issuer, oauth } = await started();
    expect(await oauth.verify(await make(issuer))).toEqual({ refused });
  });
});

describe('an ID token', () => {
  const notAccess = { refused: 'The token is not an access token' };
  const plain = { header: { typ: 'JWT' } };

  test.each([
    ['a nonce', { nonce: 'n' }],
    ['the hash of an access token', { at_hash: 'h' }],
    ['the hash of a code', { c_hash: 'h' }],
    ['its type among the claims', { typ: 'ID' }],
  ])('is refused for the resource itself by %s', async (_, claims) => {
    const { issuer, oauth } = await started();
    expect(await oauth.verify(await issuer.sign({ ...plain, claims }))).toEqual(notAccess);
  });

  // Identity providers that put no resource into aud put the id of an application there.
  test.each([
    [{ scope: undefined }],
    [{ scope: undefined, azp: 'app' }],
    [{ scope: '', azp: 'other-app' }],
    [{ scope: undefined, roles: ['staff'] }],
  ])('is refused where the audience can be a client: %j', async (claims) => {
    const { issuer, oauth } = await started('app');
    expect(await oauth.verify(await issuer.sign({ ...plain, claims }))).toEqual(notAccess);
    const untyped = { header: { typ: undefined }, claims } as object;
    expect(await oauth.verify(await issuer.sign(untyped))).toEqual(notAccess);
  });

  test.each([
    ['the type of access tokens', { scope: undefined }, { typ: 'at+jwt' }],
    ['scopes', {}, { typ: 'JWT' }],
    ['a list of scopes', { scope: undefined, scp: ['manychat:read'] }, { typ: 'JWT' }],
    ['the client that it was issued to', { scope: undefined, client_id: 'other' }, { typ: undefined }],
    ['how that client signed in', { scope: undefined, azpacr: '1' }, { typ: 'JWT' }],
    [
      'its type among the claims, whatever else it has',
      { scope: undefined, typ: 'Bearer', nonce: 'n' },
      { typ: 'JWT' },
    ],
  ])('is not what has %s', async (_, claims, header) => {
    const { issuer, oauth } = await started('app');
    expect(await oauth.verify(await issuer.sign({ claims, header: header as object }))).toHaveProperty('claims');
  });
});

describe('the keys of the identity provider', () => {
  test('are read once, when the first token comes', async () => {
    const { issuer, oauth } = await started();
    expect(issuer.requests).toEqual([]);
    await Promise.all([1, 2, 3].map(async () => oauth.verify(await issuer.sign())));
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });

  test('are read again for a token with a key that is not known', async () => {
    const { issuer, oauth } = await started();
    const old = await issuer.sign();
    await oauth.verify(old);
    await issuer.rotate();
    const token = await issuer.sign();
    // Right after a read nothing has changed, and anybody can send tokens with keys that nobody knows.
    expect(await oauth.verify(token)).toEqual({ refused: 'The token is not valid' });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
    expect(await oauth.verify(token)).toHaveProperty('claims');
    // Its key was taken back.
    expect(await oauth.verify(old)).toEqual({ refused: 'The token is not valid' });
  });

  test('that are known go on being used while it is away, and are read again when it is back', async () => {
    const { issuer, oauth, pass, problems } = await started();
    const token = await issuer.sign();
    await oauth.verify(token);
    issuer.setDown(true);
    pass(700_000);
    expect(await oauth.verify(token)).toHaveProperty('claims');
    await vi.waitUntil(() => problems.length === 1);
    issuer.setDown(false);
    await issuer.rotate();
    pass(700_000);
    // The keys are read in the background.
    expect(await oauth.verify(token)).toHaveProperty('claims');
    await vi.waitUntil(async () => 'refused' in (await oauth.verify(token)));
    expect(await oauth.verify(await issuer.sign())).toHaveProperty('claims');
  });

  test('cannot be had while it was never reached: no token is refused for that', async () => {
    const { issuer, oauth } = await started();
    issuer.setDown(true);
    const token = await issuer.sign();
    expect(await oauth.verify(token)).toHaveProperty('unavailable');
    issuer.setDown(false);
    expect(await oauth.verify(token)).toHaveProperty('claims');
  });
});

describe('the metadata', () => {
  const ask = (path: string) => new Request(`http://127.0.0.1:1${path}`);

  test('name the resource, the identity provider and all scopes', async () => {
    const { issuer, oauth } = await started();
    const response = await oauth.metadata(ask('/.well-known/oauth-protected-resource/mcp'));
    expect(await response?.json()).toEqual({
      resource: resource.href,
      authorization_servers: [issuer.url],
      scopes_supported: ['manychat:read', 'manychat:write', 'manychat:send', 'manychat:admin'],
      resource_name: 'ManyChat',
    });
    const server = await oauth.metadata(ask('/.well-known/oauth-authorization-server'));
    expect(await server?.json()).toMatchObject({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` });
  });

  test('are asked for under no other path', async () => {
    const { issuer, oauth } = await started();
    expect(await oauth.metadata(ask('/mcp'))).toBeUndefined();
    expect(await oauth.metadata(ask('/.well-known/openid-configuration'))).toBeUndefined();
    expect(issuer.requests).toEqual([]);
  });

  test('cannot be had while the identity provider was never reached', async () => {
    const { issuer, oauth } = await started();
    issuer.setDown(true);
    const response = await oauth.metadata(ask('/.well-known/oauth-protected-resource/mcp'));
    expect(response?.status).toBe(503);
  });
});
