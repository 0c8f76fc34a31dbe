import { describe, expect, test } from 'vitest';
import { agency, agencyEnvironment, connectAccounts } from '../../support/accounts-server.js';
import { useFolder } from '../../support/folder.js';
import { maria } from '../../support/people.js';
import { sandboxed } from '../../support/sandboxed.js';
import { startUpstream } from '../../support/upstream.js';

const write = useFolder();
const fileOf = (accounts: object): string => write('accounts.json', JSON.stringify({ accounts }));
const wholesaleMaria = '7002000111';

async function agencyServer(modern = false, args: string[] = []) {
  const { sandbox } = await sandboxed({ secondConnection: 'ACTIVE', limits: false });
  const environment = agencyEnvironment(sandbox, fileOf(agency));
  return { sandbox, environment, ...(await connectAccounts(environment, modern, args)) };
}

/** Arguments that do not say for certain which account is meant, and the failure. */
const uncertain: [object, string][] = [
  [{}, 'account: is required, because this server has 3 accounts'],
  [{ account: null }, 'account: is required'],
  [{ account: '' }, 'account: is required'],
  [{ account: '  ' }, 'account: is required'],
  [{ account: [] }, 'account: is required'],
  [{ account_name: 'Wholesale' }, '"account_name" is not known, did you mean account?'],
  [{ account: 'Sunrise' }, 'there is no account "Sunrise"; the closest is "Sunrise Coffee"'],
  [{ account: 'Museum' }, 'there is no account "Museum"'],
  [{ account: ['Wholesale', 'Agency'] }, 'account: must be the name of an account'],
  [{ account: { name: 'Wholesale' } }, 'account: must be the name of an account'],
  [{ account: true }, 'account: must be the name of an account'],
];

describe.each([{ modern: false }, { modern: true }])('calls of a client %j', ({ modern }) => {
  test('reach the account that they name, and no other', async () => {
    const { call, sandbox } = await agencyServer(modern);
    for (const account of [
      'Sunrise Coffee',
      'sunrise_coffee',
      ' SUNRISE-COFFEE ',
      '"Sunrise Coffee"',
      ['Sunrise Coffee'],
      'Sunrise\u200b Coffee\u2069',
    ])
      expect(await call('get_page', { account })).toMatchObject({ result: { page: { name: 'Sunrise Coffee' } } });
    expect(await call('get_page', { account: 'Wholesale' })).toMatchObject({
      result: { page: { name: 'Sunrise Wholesale' } },
    });
    const keys = sandbox.requests().map(({ path }) => path);
    expect(keys).toHaveLength(7);
    // A contact of one page is unknown on the other.
    expect(await call('send_text', { account: 'Wholesale', subscriber_id: maria, text: 'Hi' })).toMatchObject({
      failure: { performed: 'no' },
    });
    await call('send_text', { account: 'Wholesale', subscriber_id: wholesaleMaria, text: 'Hi' });
    await call('send_text', { account: 'sunrise coffee', subscriber_id: maria, text: 'Hi' });
    expect(sandbox.messages().map((each) => [each.page_id, each.subscriber_id])).toEqual([
      ['104000000000777', wholesaleMaria],
      ['123456789', maria],
    ]);
  });

  test('without a certain account are refused with the choices, and nothing is requested', async () => {
    const { call, sandbox } = await agencyServer(modern);
    for (const [args, message] of uncertain) {
      for (const tool of ['get_page', 'send_text']) {
        const { failure } = await call(tool, { subscriber_id: maria, text: 'Hi', ...args });
        expect(failure).toMatchObject({ kind: 'invalid_input', performed: 'no', retryable: false });
        expect(failure.message).toContain(message);
        expect(failure.details).toEqual(Object.keys(agency));
        expect(failure.hint).toContain('ask the user');
      }
    }
    expect(sandbox.requests()).toEqual([]);
  });
});

describe('a call of several accounts', () => {
  test('that concerns no account takes any name or none, and reads no key', async () => {
    const { call, sandbox } = await agencyServer();
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Hi' }] } };
    for (const more of [{}, { account: null }, { account: 'Wholesale' }, { account: 'Nobody' }])
      expect(await call('check_content', { data, ...more })).toHaveProperty('result');
    expect(sandbox.requests()).toEqual([]);
  });

  test('of a tool that an account does not have is refused with the accounts that have it', async () => {
    const { call } = await agencyServer();
    const { failure } = await call('list_connections', { account: 'wholesale' });
    expect(failure).toMatchObject({ kind: 'invalid_input', performed: 'no', details: ['Agency'] });
    expect(failure.message).toBe(
      `account: "Wholesale" uses ManyChat's own key and has no connections at Maton, which this tool is for`,
    );
    expect((await call('list_connections', { account: 'agency' })).result.connections).toHaveLength(2);
  });

  test('names a connection only where the account has several', async () => {
    const { call, sandbox } = await agencyServer();
    const connection_id = sandbox.secondConnectionId;
    expect(await call('get_page', { account: 'Agency', connection_id })).toMatchObject({
      result: { page: { name: 'Sunrise Wholesale' } },
    });
    const { failure } = await call('get_page', { account: 'Wholesale', connection_id });
    expect(failure.message).toBe('connection_id: account "Wholesale" always uses the same connection');
    for (const blank of [null, '', ' '])
      expect(await call('get_page', { account: 'Wholesale', connection_id: blank })).toHaveProperty('result');
    const ambiguous = await call('create_tag', { account: 'Agency', name: 'New' });
    expect(ambiguous.failure).toMatchObject({ kind: 'ambiguous_connection', performed: 'no' });
  });

  test('has arguments for more that name the account', async () => {
    const { environment } = await agencyServer();
    const upstream = await startUpstream({
      body: {
        status: 'success',
        data: Array.from({ length: 900 }, (_, id) => ({ id, name: `Tag number ${id} of the page` })),
      },
    });
    const { call } = await connectAccounts({ ...environment, MANYCHAT_API_URL: upstream.url });
    const { result } = await call('list_tags', { account: 'sunrise coffee' });
    expect(result.next).toEqual({
      tool: 'manychat_list_tags',
      arguments: { account: 'Sunrise Coffee', offset: result.tags.length },
    });
    const more = await call('list_tags', result.next.arguments);
    expect(more.result.tags[0].id).toBe(result.tags.length);
    await upstream.close();
  });

  test('to the same id with the same text is a send of its own in each account', async () => {
    const { environment } = await agencyServer();
    const upstream = await startUpstream();
    const { client } = await connectAccounts({ ...environment, MANYCHAT_API_URL: upstream.url });
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Good morning' }] } };
    const send = (account: string, signal = new AbortController().signal) =>
      client.callTool(
        { name: 'manychat_send_content', arguments: { account, subscriber_id: '4711', data } },
        { signal },
      );
    const sent = () =>
      upstream.arrived.filter(({ path }) => path.endsWith('/sendContent')).map(({ headers }) => headers.authorization);
    const [first, second] = [`Bearer ${environment.FIRST_KEY}`, `Bearer ${environment.SECOND_KEY}`];
    let release = (): void => undefined;
    upstream.reply = (_, response) => {
      release = () => response.end('{"status":"success"}');
    };
    const abandoned = new AbortController();
    const lost = send('Sunrise Coffee', abandoned.signal).catch(() => 'abandoned');
    await upstream.received(1, '/sendContent');
    abandoned.abort();
    expect(await lost).toBe('abandoned');
    upstream.reply = {};
    expect(await send('Wholesale')).not.toHaveProperty('isError');
    expect(sent()).toEqual([first, second]);
    // In the account that it was sent to, it is not sent again.
    const repeated = send('sunrise-coffee');
    release();
    await repeated;
    expect(sent()).toEqual([first, second]);
    await upstream.close();
  });

  test('shows no key, whatever is given for the account', async () => {
    const { call, environment, stderr } = await agencyServer();
    const { failure } = await call('get_page', { account: environment.FIRST_KEY });
    expect(failure.kind).toBe('invalid_input');
    expect(JSON.stringify(failure) + stderr()).not.toContain(String(environment.FIRST_KEY).split(':')[1]);
  });
});

test('the log says how many accounts are served, and each line which one was called', async () => {
  const { call, stderr, client } = await agencyServer();
  await call('get_page', { account: 'wholesale' });
  await call('get_page', {});
  await client.close();
  const lines = stderr()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({ msg: 'ready', accounts: 3 });
  expect(lines[0]).not.toHaveProperty('access');
  expect(lines[1]).toMatchObject({ msg: 'call', account: 'Wholesale' });
  expect(lines[2]).toMatchObject({ msg: 'call failed', kind: 'invalid_input', rule: 'account' });
});

test('one account, of several or alone in its file, is served without a choice', async () => {
  const { environment } = await agencyServer();
  const chosen = await connectAccounts({ ...environment, MANYCHAT_MCP_ACCOUNT: 'wholesale' });
  const { MANYCHAT_MCP_ACCOUNTS: _, ...addresses } = environment;
  const { FIRST_KEY = '' } = environment;
  const alone = await connectAccounts({ ...addresses, MANYCHAT_API_KEY: FIRST_KEY });
  expect(await chosen.client.listTools()).toEqual(await alone.client.listTools());
  expect(await chosen.client.listResources()).toEqual(await alone.client.listResources());
  expect(await chosen.client.listPrompts()).toEqual(await alone.client.listPrompts());
  expect(chosen.client.getInstructions()).toBe(alone.client.getInstructions());
  expect(await chosen.call('get_page', {})).toMatchObject({ result: { page: { name: 'Sunrise Wholesale' } } });
});

test('a connection that is wrong is corrected where it is set: in the accounts file', async () => {
  const { sandbox } = await sandboxed({ limits: false });
  const accounts = { ...agency, Gone: { maton_key: { env: 'MATON_KEY' }, connection: 'No Such Page' } };
  const { call } = await connectAccounts(agencyEnvironment(sandbox, fileOf(accounts)));
  const { failure } = await call('get_page', { account: 'Gone' });
  expect(failure).toMatchObject({ kind: 'connection_not_found', performed: 'no' });
  expect(failure.hint).toMatch(/^The connection of account "Gone" is set in the accounts file, or by MATON_CONN/);
});
