import { describe, expect, test } from 'vitest';
import { everything } from '../../../../src/config/accounts/grant.js';
import { identityOf } from '../../../../src/config/accounts/settings.js';
import { outcomeOf } from '../../../support/http-service.js';
import { through } from '../../../support/program.js';
import { useSandbox } from '../../../support/sandboxed.js';
import { bearer, principalOf, refusalOf, signIn, useSignInFiles } from '../../../support/sign-in.js';
import { openTeam } from '../../../support/team.js';

const { grantsOf, tokensIn } = useSignInFiles();
const sandbox = useSandbox();

describe('a caller who brings a key', () => {
  const maton = 'mtn_0123456789abcdef';
  const manychat = '123456789:0123456789abcdef0123456789abcdef';

  test.each([
    [{ 'x-maton-key': maton }, { mode: 'maton', key: maton }],
    [{ 'x-api-key': `Bearer ${maton}` }, { mode: 'maton', key: maton }],
    [{ 'x-manychat-key': manychat }, { mode: 'direct', key: manychat }],
  ] as const)('reaches its own account and no other, and is named by a digest: %j', async (headers, access) => {
    const found = principalOf(await signIn({ clientKey: true }).ask(headers));
    expect(found).toEqual({
      id: `key:${identityOf(access).slice(0, 16)}`,
      grant: everything,
      access,
    });
    expect(found.id).not.toContain(access.key);
  });

  test.each([
    [{}, /Send your key in the header X-Maton-Key/],
    [{ 'x-maton-key': maton, 'x-manychat-key': manychat }, /X-Maton-Key and X-ManyChat-Key are both sent/],
    [{ 'x-maton-key': maton, 'x-api-key': maton }, /X-Maton-Key and X-Api-Key are both sent/],
    [{ 'x-maton-key': `${maton}, ${maton}` }, /X-Maton-Key is sent twice/],
    [{ 'x-maton-key': manychat }, /X-Maton-Key has a ManyChat key, which goes in X-ManyChat-Key/],
    [{ 'x-manychat-key': maton }, /X-ManyChat-Key is not a ManyChat key/],
    [{ 'x-maton-key': 'token:mallory-and-more' }, /X-Maton-Key is not a key: those have 16 to 400 letters, digits and/],
    [{ 'x-maton-key': '"msg":"audit-of-the-others"' }, /X-Maton-Key is not a key/],
    [{ 'x-maton-key': 'principal' }, /X-Maton-Key is not a key/],
    [{ 'x-maton-key': 'two words' }, /X-Maton-Key contains white space/],
    [{ 'x-maton-key': '${MATON_API_KEY}' }, /X-Maton-Key contains a placeholder instead of a key/],
  ])('is refused without a word of the key: %j', async (headers, message) => {
    const { status, body } = await refusalOf(await signIn({ clientKey: true }).ask(headers));
    expect([status, body]).toEqual([400, expect.stringMatching(message)]);
    for (const key of [maton, manychat]) expect(body).not.toContain(key);
  });

  test.each([
    ['x-maton-key', 'k'.repeat(401)],
    ['x-manychat-key', `12345:${'a'.repeat(400)}`],
  ])('is refused with a longer key than there are, in %s', async (header, key) => {
    const { status, body } = await refusalOf(await signIn({ clientKey: true }).ask({ [header]: key }));
    expect([status, body]).toEqual([400, expect.stringMatching(/is not a (ManyChat )?key/)]);
  });

  test.each([
    ['x-maton-key', maton, 'gateway_auth', 'X-Maton-Key or X-Api-Key (https://maton.ai/settings)'],
    ['x-manychat-key', manychat, 'manychat_auth', 'X-ManyChat-Key (ManyChat, Settings, API)'],
  ])('is told to correct the key in %s if it is not accepted', async (header, key, kind, named) => {
    const { url, matonKey } = sandbox;
    const { send } = await openTeam({
      environment: {
        ...through(url, matonKey),
        MATON_API_KEY: '',
        MANYCHAT_API_URL: url,
        MANYCHAT_MCP_SIGN_IN: 'client-key',
      },
    });
    const call = { name: 'manychat_get_page', arguments: {} };
    expect(await outcomeOf(await send({ [header]: key }, 'tools/call', call))).toMatchObject({
      failure: {
        kind,
        hint: `The user corrects the key that their client sends in ${named}. Calling again does not help.`,
      },
    });
  });

  test('needs a token too where one is asked for, whose profile narrows what it may do', async () => {
    const { token, open } = tokensIn({ ci: { profile: 'Readers' } });
    const { ask } = signIn({ tokens: open(), grants: grantsOf(), clientKey: true });
    expect((await refusalOf(await ask({ 'x-maton-key': maton }))).status).toBe(401);
    const found = principalOf(await ask({ 'x-maton-key': maton, ...bearer(token('ci')) }));
    expect(found.id).toMatch(/^token:ci key:[0-9a-f]{16}$/);
    expect(found).toMatchObject({ grant: { accounts: 'all', readOnly: true, connections: ['Museum'] } });
  });
});

describe('the headers of a client', () => {
  const granted = async (headers: Record<string, string>) => principalOf(await signIn().ask(headers)).grant;

  test.each([
    [
      { 'x-mcp-toolsets': 'page' },
      { accounts: 'all', readOnly: false, tools: expect.arrayContaining(['manychat_get_page']) },
    ],
    [{ 'x-mcp-tools': 'get_page' }, { accounts: 'all', readOnly: false, tools: ['manychat_get_page'] }],
    [{ 'x-mcp-readonly': 'true' }, { accounts: 'all', readOnly: true }],
    [{ 'x-mcp-readonly': 'false', 'x-mcp-toolsets': ' , ' }, everything],
  ])('narrow what is offered: %j', async (headers, grant) => {
    expect(await granted(headers)).toEqual(grant);
  });

  test('never widen it', async () => {
    const { token, open } = tokensIn({ n8n: {}, ci: { profile: 'Readers' } });
    const { ask } = signIn({ tokens: open(), grants: grantsOf() });
    const wide = { 'x-mcp-toolsets': 'tags,sending', 'x-mcp-tools': 'delete_tag', 'x-mcp-readonly': 'false' };
    const before = principalOf(await ask(bearer(token('n8n')))).grant;
    const after = principalOf(await ask({ ...bearer(token('n8n')), ...wide })).grant;
    expect(after.tools?.length).toBeGreaterThan(0);
    expect(after.tools?.filter((name) => before.tools?.includes(name) !== true)).toEqual([]);
    expect(after.accounts).toEqual(before.accounts);
    const reader = principalOf(await ask({ ...bearer(token('ci')), 'x-mcp-readonly': '0' })).grant;
    expect(reader).toMatchObject({ readOnly: true, connections: ['Museum'] });
  });

  test.each([
    [{ 'x-mcp-toolsets': 'pages' }, /X-MCP-Toolsets contains "pages", which is not a toolset/],
    [{ 'x-mcp-tools': 'get_pages' }, /X-MCP-Tools contains "get_pages", which is not a tool; the closest/],
    [{ 'x-mcp-readonly': 'perhaps' }, /X-MCP-Readonly must be true or false/],
  ])('that are wrong are refused: %j', async (headers, message) => {
    const { status, body } = await refusalOf(await signIn().ask(headers));
    expect([status, JSON.parse(body).error.message]).toEqual([400, expect.stringMatching(message)]);
  });
});

describe('profiles', () => {
  test.each([
    [
      { a: { accounts: 'all', toolsets: ['pages'] } },
      /profiles > "a" > toolsets contains "pages", which is not a toolset/,
    ],
    [
      { a: { accounts: 'all', tools: ['send_txt'] } },
      /profiles > "a" > tools contains "send_txt".*closest are manychat_send_text/,
    ],
    [
      { a: { accounts: 'all', tools: ['send_text', 'get_page'], read_only: true } },
      /profiles > "a" > tools names manychat_send_text, which changes something, and read_only is true/,
    ],
  ])('with tools that cannot be meant are refused at the start: %j', (of, message) => {
    expect(() => grantsOf(of)).toThrow(message);
  });
});
