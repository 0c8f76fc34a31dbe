import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { everything } from '../../../../src/config/accounts/grant.js';
import { bearer, principalOf, refusalOf, signIn, useSignInFiles } from '../../../support/sign-in.js';

const { grantsOf, tokensIn } = useSignInFiles();

describe('without a sign-in', () => {
  test('everybody is the person who started the server', async () => {
    expect(await signIn().ask()).toEqual({ id: 'local', grant: everything });
    expect(await signIn().ask(bearer('anything'))).toEqual({ id: 'local', grant: everything });
  });
});

describe('a caller with a token of the server', () => {
  test('is named by the token, and may do what its profile says', async () => {
    const { token, open } = tokensIn({ n8n: {}, ci: { profile: 'readers' } });
    const { ask, refused } = signIn({ tokens: open(), grants: grantsOf() });
    const n8n = principalOf(await ask(bearer(token('n8n'))));
    expect(n8n).toMatchObject({ id: 'token:n8n', grant: { accounts: ['Sunrise Coffee'], readOnly: false } });
    expect(n8n.grant.tools).toContain('manychat_send_text');
    expect(n8n.grant.tools).not.toContain('manychat_list_tags');
    const ci = principalOf(await ask(bearer(token('ci'))));
    expect(ci).toMatchObject({
      id: 'token:ci',
      grant: { accounts: ['Museum'], readOnly: true, connections: ['Museum'] },
    });
    expect(ci.grant.tools).not.toContain('manychat_create_connection');
    expect(refused).toEqual([]);
  });

  test('may do everything where no profiles are configured', async () => {
    const { token, open } = tokensIn({ n8n: {} });
    expect(principalOf(await signIn({ tokens: open() }).ask(bearer(token('n8n')))).grant).toBe(everything);
  });

  test.each([
    ['none', {}, 'This server needs a token'],
    ['another scheme', { authorization: 'Basic dXNlcjp3b3Jk' }, 'must be: Bearer TOKEN'],
    ['two words', { authorization: 'Bearer a b' }, 'must be: Bearer TOKEN'],
    ['a token that is unknown', bearer(`mmcp_${'0'.repeat(48)}`), 'The token is not valid'],
    ['any text', bearer('letmein'), 'The token is not valid'],
  ])('is refused with %s', async (_, headers, message) => {
    const { open } = tokensIn({ n8n: {} });
    const { status, challenge, body } = await refusalOf(await signIn({ tokens: open() }).ask(headers));
    expect([status, challenge]).toEqual([401, expect.stringMatching(/^Bearer error="invalid_token"/)]);
    expect(body).toContain(message);
  });

  test('is refused once the token has expired', async () => {
    let now = Date.parse('2026-03-02T00:00:00Z');
    const { token, open } = tokensIn({ n8n: { expires: '2026-03-02T00:00:01Z' } }, () => now);
    const { ask, refused } = signIn({ tokens: open() });
    principalOf(await ask(bearer(token('n8n'))));
    now += 1_000;
    const { status, body } = await refusalOf(await ask(bearer(token('n8n'))));
    expect([status, JSON.parse(body)]).toEqual([
      401,
      { error: 'invalid_token', error_description: 'The token has expired' },
    ]);
    // The log says which one, so that the person who runs the server can create another.
    expect(refused).toEqual([['The token has expired', 'token:n8n']]);
  });

  test('may do nothing if it has a profile and the server has none: what limited it must not be lost', async () => {
    const { token, open } = tokensIn({ ci: { profile: 'Readers' } });
    const { ask, refused } = signIn({ tokens: open() });
    expect((await refusalOf(await ask(bearer(token('ci'))))).status).toBe(403);
    expect(refused).toEqual([['the token has the profile "Readers", and the server has no profiles', 'token:ci']]);
  });

  test.each([
    ['no profile', {}, 'no profile names the token'],
    ['a profile that does not exist', { profile: 'Gone' }, 'the profile "Gone" of the token does not exist'],
  ])('is told that it may use nothing, with %s', async (_, entry, reason) => {
    const { token, open } = tokensIn({ other: entry });
    const { ask, refused } = signIn({ tokens: open(), grants: grantsOf() });
    const { status, challenge, body } = await refusalOf(await ask(bearer(token('other'))));
    expect([status, challenge]).toEqual([403, '']);
    expect(body).toContain('You are signed in, and may use nothing on this server');
    expect(refused).toEqual([[reason, 'token:other']]);
  });

  test('may do nothing if its profile is not the one that names it', async () => {
    const { token, open } = tokensIn({ n8n: { profile: 'Owners' } });
    const { ask, refused } = signIn({ tokens: open(), grants: grantsOf() });
    expect((await refusalOf(await ask(bearer(token('n8n'))))).status).toBe(403);
    expect(refused).toEqual([['the token has the profile "Owners", and the profile "Coffee" names it', 'token:n8n']]);
  });
});

describe('the tokens of the server', () => {
  test('are read again when their file changes: revoked ones are refused, new ones accepted', async () => {
    const file = tokensIn({ old: {}, next: {} });
    writeFileSync(file.path, file.content(['old']));
    const { ask } = signIn({ tokens: file.open() });
    principalOf(await ask(bearer(file.token('old'))));
    expect((await refusalOf(await ask(bearer(file.token('next'))))).status).toBe(401);
    writeFileSync(file.path, file.content(['next']));
    principalOf(await ask(bearer(file.token('next'))));
    expect((await refusalOf(await ask(bearer(file.token('old'))))).status).toBe(401);
    expect(file.changes).toEqual([undefined]);
  });

  test('of before go on while the file cannot be used, which is reported once', async () => {
    const file = tokensIn({ n8n: {} });
    const { ask } = signIn({ tokens: file.open() });
    writeFileSync(file.path, '{"tokens": {"n8n"');
    for (let call = 0; call < 3; call += 1) principalOf(await ask(bearer(file.token('n8n'))));
    expect(file.changes).toEqual([expect.stringMatching(/^the tokens file \S+ is not JSON/)]);
    writeFileSync(file.path, '{"tokens": {}}');
    expect((await refusalOf(await ask(bearer(file.token('n8n'))))).status).toBe(401);
  });

  test('have to be there at the start', () => {
    const file = tokensIn({ n8n: {} });
    writeFileSync(file.path, '');
    expect(file.open).toThrow(/is not JSON: it is empty/);
  });
});
