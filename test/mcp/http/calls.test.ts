import { beforeEach, describe, expect, test } from 'vitest';
import { everything } from '../../../src/config/accounts/grant.js';
import type { Principal } from '../../../src/mcp/http/principal.js';
import { agency, agencyEnvironment } from '../../support/accounts-server.js';
import { useFolder } from '../../support/folder.js';
import { openService, outcomeOf, resultOf } from '../../support/http-service.js';
import { maria } from '../../support/people.js';
import { useSandbox } from '../../support/sandboxed.js';

const write = useFolder();
const sandbox = useSandbox({ secondConnection: 'ACTIVE', limits: false });

const principals: Record<string, Principal> = {
  boss: { id: 'boss', grant: everything },
  deputy: { id: 'deputy', grant: everything },
  clerk: { id: 'clerk', grant: { accounts: ['Wholesale', 'Sunrise Coffee'], readOnly: false } },
  reader: { id: 'reader', grant: { accounts: 'all', readOnly: true } },
  tagger: { id: 'tagger', grant: { accounts: ['Sunrise Coffee'], tools: ['manychat_list_tags'], readOnly: false } },
  careful: { id: 'careful', grant: { accounts: 'all', readOnly: false, confirm: 'sends' } },
};

let service: Awaited<ReturnType<typeof openService>>;
const open = async (environment: Record<string, string> = {}) => {
  const path = write('accounts.json', JSON.stringify({ accounts: agency }));
  service = await openService({ ...agencyEnvironment(sandbox, path), ...environment }, principals);
};
beforeEach(() => open());

async function toolsOf(as: string, path: string) {
  const { tools, ...rest } = await resultOf(await service.ask(as, path, 'tools/list'));
  if (!Array.isArray(tools)) throw new Error('no tools');
  return { tools, names: tools.map(({ name }): string => name), rest };
}
const call = async (as: string, path: string, tool: string, args: object, client = {}) =>
  outcomeOf(await service.ask(as, path, 'tools/call', { name: `manychat_${tool}`, arguments: args }, client));

describe('the tools that a principal is offered', () => {
  test('choose from the accounts of the principal, or from none under the path of one', async () => {
    const choices = async (as: string, path: string) => {
      const { tools } = await toolsOf(as, path);
      return tools.find(({ name }) => name === 'manychat_get_page').inputSchema.properties.account?.enum;
    };
    expect(await choices('boss', '/mcp')).toEqual(['Sunrise Coffee', 'Wholesale', 'Agency']);
    expect(await choices('clerk', '/mcp')).toEqual(['Sunrise Coffee', 'Wholesale']);
    expect(await choices('clerk', '/mcp/wholesale')).toBeUndefined();
    expect(await choices('boss', '/mcp/agency')).toBeUndefined();
    expect((await toolsOf('tagger', '/mcp')).tools[0].inputSchema.properties).not.toHaveProperty('account');
  });

  test('are narrowed by the grant, and private to the principal', async () => {
    const all = await toolsOf('boss', '/mcp');
    const read = await toolsOf('reader', '/mcp');
    expect(all.names).toContain('manychat_send_text');
    expect(read.names).not.toContain('manychat_send_text');
    expect(read.tools.every(({ annotations }) => annotations.readOnlyHint === true)).toBe(true);
    expect((await toolsOf('tagger', '/mcp')).names).toEqual(['manychat_list_tags']);
    expect([all.rest.cacheScope, read.rest.cacheScope]).toEqual(['private', 'private']);
  });
});

describe('a call', () => {
  test('goes to the account of the path, which no argument changes', async () => {
    expect(await call('clerk', '/mcp/wholesale', 'get_page', {})).toMatchObject({
      result: { page: { name: 'Sunrise Wholesale' } },
    });
    expect(await call('clerk', '/mcp/wholesale', 'get_page', { account: 'Sunrise Coffee' })).toMatchObject({
      failure: { kind: 'invalid_input', message: expect.stringContaining('account') },
    });
    expect(await call('clerk', '/mcp', 'get_page', { account: 'sunrise coffee' })).toMatchObject({
      result: { page: { name: 'Sunrise Coffee' } },
    });
  });

  test('for an account that is forbidden fails like one for an account that is unknown', async () => {
    const failures = await Promise.all(
      ['Agency', 'Museum'].map((account) => call('clerk', '/mcp', 'get_page', { account })),
    );
    const [forbidden, unknown] = failures.map(({ failure }) => JSON.stringify(failure));
    expect(forbidden?.replaceAll('Agency', 'Museum')).toBe(unknown);
    expect(forbidden).toContain('there is no account');
  });

  test.each(['reader', 'tagger'])('of a tool that is not granted is unknown to %s', async (as) => {
    const path = '/mcp/sunrise-coffee';
    const params = { name: 'manychat_send_text', arguments: { subscriber_id: maria, text: 'Hi' } };
    const { error } = JSON.parse(await (await service.ask(as, path, 'tools/call', params)).text());
    expect(error).toMatchObject({ code: -32_602, message: expect.stringContaining('manychat_send_text') });
    expect(sandbox.requests()).toEqual([]);
  });

  test('that fails is explained to a member of a team, without settings and files of the server', async () => {
    await open({ FIRST_KEY: '' });
    const { failure } = await call('boss', '/mcp/sunrise-coffee', 'get_page', {});
    expect(failure).toMatchObject({
      kind: 'not_configured',
      message: 'This account has no key on this server that can be used',
      hint: expect.stringContaining('Tell the person who runs this server.'),
    });
    expect(service.lines.join('\n')).toContain('FIRST_KEY');
  });
});

describe('a call that takes a thing from everybody', () => {
  const path = '/mcp/sunrise-coffee';
  const tag = { tag_id: 123 };
  const deletions = () => sandbox.requests().filter(({ path: each }) => each.endsWith('removeTag'));
  const ask = (as: string, more: object = {}) =>
    service.ask(as, path, 'tools/call', { name: 'manychat_delete_tag', arguments: tag, ...more }, { canAsk: true });

  test.each([{ modern: true }, { modern: false }])('is refused if its client cannot ask %j', async (client) => {
    expect(await call('boss', path, 'delete_tag', tag, client)).toEqual({
      failure: {
        kind: 'permission_denied',
        message: expect.stringContaining('the user has to confirm it, and this client cannot ask its user'),
        hint: expect.stringMatching(/^Nothing was done\. Do not try another way: [^_]+$/),
        retryable: false,
        performed: 'no',
        source: 'client',
      },
    });
    expect(deletions()).toEqual([]);
  });

  test('is made without being asked if the server allows that', async () => {
    await open({ MANYCHAT_MCP_UNCONFIRMED: 'allow' });
    expect(await call('boss', path, 'delete_tag', tag)).toMatchObject({ result: { ok: true } });
  });

  test('is made once the user has confirmed it to the same principal', async () => {
    const question = await resultOf(await ask('boss'));
    expect(question).toMatchObject({ resultType: 'input_required', inputRequests: { confirm: expect.anything() } });
    const answered = {
      inputResponses: { confirm: { action: 'accept', content: { confirm: true } } },
      requestState: question.requestState,
    };
    expect(await outcomeOf(await ask('deputy', answered))).toMatchObject({ failure: { kind: 'cancelled' } });
    expect(deletions()).toEqual([]);
    expect(await outcomeOf(await ask('boss', answered))).toMatchObject({ result: { ok: true } });
    expect(await resultOf(await ask('boss', answered))).toMatchObject({ resultType: 'input_required' });
    expect(deletions()).toHaveLength(1);
  });

  test('is not the only one that a grant lets the user confirm', async () => {
    const text = { subscriber_id: maria, text: 'Hi' };
    expect(await call('careful', path, 'send_text', text)).toMatchObject({ failure: { kind: 'permission_denied' } });
    expect(await call('boss', path, 'send_text', text)).toMatchObject({ result: { ok: true } });
  });
});
