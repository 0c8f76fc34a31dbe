import { describe, expect, test } from 'vitest';
import { readGrants } from '../../../../src/mcp/http/sign-in/grants.js';
import { createOAuth } from '../../../../src/mcp/http/sign-in/oauth.js';
import { scopes } from '../../../../src/mcp/http/sign-in/scopes.js';
import { startIssuer } from '../../../support/issuer.js';
import {
  bearer,
  principalOf,
  profiles,
  refusalOf,
  resource,
  signIn,
  tools,
  useSignInFiles,
} from '../../../support/sign-in.js';

const { grantsOf } = useSignInFiles();

describe('a caller with a token of the identity provider', () => {
  async function byIssuer({
    profiled = true,
    claim,
    scopeClaim = 'scope',
  }: {
    profiled?: boolean;
    claim?: string;
    scopeClaim?: string;
  } = {}) {
    const issuer = await startIssuer(resource.href);
    const oauth = createOAuth({
      issuer: issuer.url,
      audience: resource.href,
      resource,
      fetchDocument: (url, signal) => fetch(url, { signal }),
      now: () => 0,
      onKeysFailed: () => undefined,
    });
    const grants = profiled ? grantsOf(profiles, claim) : readGrants(undefined, tools);
    return {
      issuer,
      ...signIn({
        oauth: { tokens: oauth, resource, scopeClaim: scopeClaim === 'none' ? undefined : scopeClaim },
        grants,
      }),
    };
  }

  test('is named as there, and may do what the first profile that fits says', async () => {
    const { issuer, ask } = await byIssuer();
    const token = await issuer.sign({ claims: { groups: ['coffee', 'owners'], realm_access: { roles: ['staff'] } } });
    expect(principalOf(await ask(bearer(token)))).toEqual({
      id: 'oauth:alice',
      grant: { accounts: 'all', readOnly: false },
    });
    const staff = await issuer.sign({ claims: { groups: ['coffee'], realm_access: { roles: ['staff'] }, sub: 'bob' } });
    expect(principalOf(await ask(bearer(staff)))).toMatchObject({
      id: 'oauth:bob',
      grant: { accounts: ['Sunrise Coffee'] },
    });
  });

  test.each([
    [{ groups: ['coffee'] }],
    [{ groups: 'Owners' }],
    [{ groups: { owners: true } }],
    [{ realm_access: { roles: ['staff'] } }],
    [{}],
  ])('may use nothing with claims that fit no profile: %j', async (claims) => {
    const { issuer, ask, refused } = await byIssuer();
    expect((await refusalOf(await ask(bearer(await issuer.sign({ claims }))))).status).toBe(403);
    expect(refused).toEqual([['no profile fits the claims of the token', 'oauth:alice']]);
  });

  test('gets the profile that a claim names, if that claim is configured', async () => {
    const named = { claims: { 'https://example.com/role': 'readers' } };
    const { issuer, ask } = await byIssuer({ claim: 'https://example.com/role' });
    expect(principalOf(await ask(bearer(await issuer.sign(named)))).grant).toMatchObject({ accounts: ['Museum'] });
    const without = await byIssuer();
    expect((await refusalOf(await without.ask(bearer(await without.issuer.sign(named))))).status).toBe(403);
  });

  test.each([
    ['manychat:read', ['read']],
    ['manychat:read openid manychat:write', ['read', 'write']],
    ['manychat:send', ['send']],
    ['manychat:admin', ['admin']],
  ])('is offered what the scopes %s allow, and nothing else', async (scope, kinds) => {
    const { issuer, ask } = await byIssuer();
    const token = await issuer.sign({ claims: { groups: 'owners', scope } });
    const granted = principalOf(await ask(bearer(token))).grant.tools ?? [];
    const kindOf = (name: string) => {
      const tool = tools.find((each) => each.name === name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      if (tool.effect === 'read' || tool.effect === 'send') return tool.effect;
      return tool.effect === 'destroy' || tool.api === 'connections' ? 'admin' : 'write';
    };
    expect(new Set(granted.map(kindOf))).toEqual(new Set(kinds));
    expect(granted).toHaveLength(tools.filter(({ name }) => kinds.includes(kindOf(name))).length);
  });

  test.each([[undefined], [''], ['openid'], ['manychat:*'], [['read']]])(
    'is asked for more scopes with %j',
    async (scope) => {
      const { issuer, ask } = await byIssuer();
      const token = await issuer.sign({ claims: { groups: 'owners', scope } });
      const { status, challenge } = await refusalOf(await ask(bearer(token)));
      expect(status).toBe(403);
      expect(challenge).toContain('error="insufficient_scope"');
      expect(challenge).toContain(`scope="${scopes.join(' ')}"`);
    },
  );

  test('has its scopes in another claim, or without any meaning, if that is configured', async () => {
    const claims = { groups: 'owners', scope: undefined, scp: ['manychat:read'] };
    const inOther = await byIssuer({ scopeClaim: 'scp' });
    expect(principalOf(await inOther.ask(bearer(await inOther.issuer.sign({ claims })))).grant.tools).toContain(
      'manychat_get_page',
    );
    const ignored = await byIssuer({ scopeClaim: 'none' });
    expect(principalOf(await ignored.ask(bearer(await ignored.issuer.sign({ claims })))).grant).toEqual({
      accounts: 'all',
      readOnly: false,
    });
  });

  test('is challenged with all scopes and the place of the metadata', async () => {
    const { ask, issuer, refused } = await byIssuer();
    const { status, challenge } = await refusalOf(await ask());
    expect(status).toBe(401);
    expect(challenge).toContain(`scope="${scopes.join(' ')}"`);
    expect(challenge).toContain(
      'resource_metadata="https://manychat.example.com/.well-known/oauth-protected-resource/mcp"',
    );
    // That is how clients begin, so it is no event.
    expect(refused).toEqual([]);
    const expired = await refusalOf(await ask(bearer(await issuer.sign({ expires: -60 }))));
    expect([expired.status, expired.challenge]).toEqual([401, expect.stringContaining('The token has expired')]);
    expect(refused).toEqual([['The token has expired']]);
  });

  test('is told if the identity provider cannot be reached', async () => {
    const { ask, issuer, refused } = await byIssuer();
    const token = await issuer.sign();
    issuer.setDown(true);
    const { status, body } = await refusalOf(await ask(bearer(token)));
    expect([status, body]).toEqual([503, expect.stringContaining('Try again in a minute')]);
    expect(refused).toEqual([[expect.stringMatching(/^the identity provider is unavailable/)]]);
  });

  test('without a name is refused, and one with a strange name is logged as a digest', async () => {
    const { ask, issuer } = await byIssuer({ profiled: false });
    // All users of a client have its client_id and azp.
    for (const claims of [{}, { client_id: 'app' }, { azp: 'app' }, { sub: '' }, { sub: ['alice'] }]) {
      const nameless = await issuer.sign({ claims: { sub: undefined, ...claims } });
      expect((await refusalOf(await ask(bearer(nameless)))).body).toContain('does not say whose it is: it has no sub');
    }
    const idOf = async (sub: string) => principalOf(await ask(bearer(await issuer.sign({ claims: { sub } })))).id;
    const strange = await idOf('a\nb"principal":"root"');
    expect(strange).toMatch(/^oauth:sha256:[0-9a-f]{16}$/);
    // A name that reads like such a digest is another caller.
    expect(await idOf(strange.replace('oauth:', ''))).not.toBe(strange);
  });
});
