import { describe, expect, test } from 'vitest';
import { effectRules } from '../../../../tools/contract/effect.js';
import { toolsets } from '../../../../tools/index.js';
import { outcomeOf } from '../../../support/http-service.js';
import { requesting } from '../../../support/requesting.js';
import { openTeam, startPages } from '../../../support/team.js';

const account = { Agency: { maton_key: { env: 'MATON_API_KEY' } } };

/** The arguments of a tool's example, on a connection. */
const argumentsOf = ({ api, example, input }: (typeof requesting)[number], connection: string) => ({
  ...example,
  ...((api === 'manychat' || 'connection_id' in input.shape) && { connection_id: connection }),
});

/** Three profiles, each with the connections and the tools that it allows, as a second witness. */
const profiles = {
  Readers: {
    profile: { accounts: ['Agency'], connections: ['5b0c2a3e-7d41-4f86-9a1c-000000000001'], read_only: true },
    connections: [0],
    allows: ({ effect }: (typeof requesting)[number]) => effectRules[effect].readOnly,
  },
  Senders: {
    profile: { accounts: ['Agency'], connections: ['Wholesale', 'Coffee'], toolsets: ['sending'] },
    connections: [0, 1],
    allows: ({ name }: (typeof requesting)[number]) => toolsets.sending.some((tool) => tool.name === name),
  },
  Owners: {
    profile: { accounts: 'all' },
    connections: [0, 1, 2],
    allows: () => true,
  },
};

describe.each(Object.entries(profiles))('a caller with the profile %s', (name, { profile, connections, allows }) => {
  test('reaches nothing with any tool and any connection but what the profile allows', async () => {
    const { upstream, ids, environment } = await startPages();
    const { ask } = await openTeam({
      accounts: account,
      profiles: { [name]: profile },
      tokens: { me: name },
      environment: { ...environment, MANYCHAT_MCP_SIGN_IN: 'tokens', MANYCHAT_MCP_UNCONFIRMED: 'allow' },
    });
    const permitted = new Set(connections.map((at) => ids[at]));
    const escapes: unknown[] = [];
    const reached = new Set<string>();
    for (const declaration of requesting) {
      // For those who may use everything, one connection shows that the calls arrive.
      for (const connection of connections.length === ids.length ? ids.slice(0, 1) : ids) {
        const before = upstream.arrived.length;
        const params = { name: declaration.name, arguments: argumentsOf(declaration, connection) };
        const response = await ask('me', 'tools/call', params);
        const text = await response.text();
        // Where a profile names pages, the server reads the pages of all connections for itself.
        const isOwn = (path: string): boolean => path.endsWith('getInfo') && !text.includes('"page"');
        const arrived = upstream.arrived.slice(before).filter(({ path }) => name !== 'Senders' || !isOwn(path));
        const used = arrived.flatMap(({ headers, path }) => [
          headers['maton-connection'] ?? ids.find((id) => path.includes(id)) ?? [],
        ]);
        const isAllowed = allows(declaration) && permitted.has(connection);
        const isRefused = text.includes('"isError":true') || text.includes('"error":{"code"');
        const escaped = used.flat().filter((id) => typeof id !== 'string' || !permitted.has(id));
        const changed = arrived.filter(({ method }) => method !== 'GET');
        if (escaped.length > 0) escapes.push([declaration.name, connection, 'reached', escaped]);
        if (!allows(declaration) && arrived.length > 0) escapes.push([declaration.name, 'arrived']);
        if (!isAllowed && changed.length > 0) escapes.push([declaration.name, connection, 'changed something']);
        // What concerns no connection is allowed with any.
        const concerns = declaration.api !== 'none' && 'connection_id' in params.arguments;
        if ((!allows(declaration) || (concerns && !isAllowed)) && !isRefused)
          escapes.push([declaration.name, connection, 'was not refused', text.slice(0, 200)]);
        if (isAllowed && used.length > 0) reached.add(declaration.name);
      }
    }
    expect(escapes).toEqual([]);
    // The calls are such that they arrive where they are allowed. The second sets fields as well, which is not sending.
    const excepted = ['manychat_for_each_subscriber', name === 'Senders' ? 'manychat_set_fields_and_send_flow' : ''];
    const expected = requesting.filter((each) => each.api === 'manychat' && allows(each)).map((each) => each.name);
    expect([...reached]).toEqual(expect.arrayContaining(expected.filter((tool) => !excepted.includes(tool))));
  });

  test('is listed the tools that it may use, and no others, for nobody else to keep', async () => {
    const { environment } = await startPages();
    const { ask } = await openTeam({
      accounts: account,
      profiles: { [name]: profile },
      tokens: { me: name },
      environment: { ...environment, MANYCHAT_MCP_SIGN_IN: 'tokens' },
    });
    const text = await (await ask('me', 'tools/list')).text();
    const { result } = JSON.parse(text.replace(/^[^{]*/, ''));
    const isOffered = (each: (typeof requesting)[number]): boolean =>
      allows(each) && !('connections' in profile && each.name === 'manychat_create_connection');
    expect(result.tools.map((tool: { name: string }) => tool.name)).toEqual(
      requesting.filter(isOffered).map((each) => each.name),
    );
    expect(result.cacheScope).toBe('private');
  });
});

describe.each([['all' as const], [['Own', 'Open']]])('connections of a profile with the accounts %j', (accounts) => {
  test('hold for an account that has a connection of its own as well', async () => {
    const { upstream, ids, environment } = await startPages();
    const [coffee, , museum] = ids;
    const { ask } = await openTeam({
      accounts: {
        Own: { maton_key: { env: 'MATON_API_KEY' }, connection: museum },
        Open: { maton_key: { env: 'MATON_API_KEY' } },
        Fitting: { maton_key: { env: 'MATON_API_KEY' }, connection: coffee },
      },
      profiles: { Some: { accounts, connections: [coffee] } },
      tokens: { me: 'Some' },
      environment: { ...environment, MANYCHAT_MCP_SIGN_IN: 'tokens' },
    });
    const call = async (account: string, name: string, more: object = {}) =>
      outcomeOf(await ask('me', 'tools/call', { name, arguments: { account, ...more } }));
    for (const account of ['Own', 'Open']) {
      const { result } = await call(account, 'manychat_list_connections');
      expect(result.connections.map((each: { connection_id: string }) => each.connection_id)).toEqual([coffee]);
      const { failure } = await call(account, 'manychat_get_connection', { connection_id: museum });
      expect(failure).toMatchObject({ kind: 'connection_not_found', performed: 'no' });
    }
    expect((await call('Own', 'manychat_list_tags')).failure).toMatchObject({ kind: 'connection_not_found' });
    expect((await call('Open', 'manychat_list_tags')).failure).toBeUndefined();
    // Its own connection is one of those.
    if (accounts === 'all') expect((await call('Fitting', 'manychat_list_tags')).failure).toBeUndefined();
    const used = upstream.arrived.flatMap(({ headers }) => headers['maton-connection'] ?? []);
    expect([...new Set(used)]).toEqual([coffee]);
  });
});

describe('a tool that a caller may use', () => {
  const content = (action: object) => ({
    version: 'v2',
    content: { messages: [{ type: 'text', text: 'Hi' }], actions: [action] },
  });

  test('does nothing that is the job of tools which the caller may not use', async () => {
    const { upstream, ids, environment } = await startPages();
    const { ask } = await openTeam({
      accounts: account,
      profiles: { Senders: profiles.Senders.profile },
      tokens: { me: 'Senders' },
      environment: { ...environment, MANYCHAT_MCP_SIGN_IN: 'tokens' },
    });
    const send = async (action: object) =>
      outcomeOf(
        await ask('me', 'tools/call', {
          name: 'manychat_send_content',
          arguments: { subscriber_id: 1, data: content(action), connection_id: ids[0] },
        }),
      );
    const { failure } = await send({ action: 'add_tag', tag_name: 'VIP' });
    expect(failure).toMatchObject({ kind: 'permission_denied', performed: 'no' });
    expect(failure.message).toMatch(/^This call can add a tag to a contact, which you may not do here: it takes /);
    expect(upstream.arrived).toEqual([]);
  });
});

describe('an account that a caller may not use', () => {
  const two = { Coffee: { maton_key: { env: 'MATON_API_KEY' } }, Museum: { maton_key: { env: 'MATON_API_KEY' } } };
  const opened = async () => {
    const { environment } = await startPages();
    return openTeam({
      accounts: { ...two, Wholesale: { maton_key: { env: 'MATON_API_KEY' } } },
      profiles: { One: { accounts: ['Coffee'] }, Two: { accounts: ['Coffee', 'Museum'] } },
      tokens: { one: 'One', two: 'Two' },
      environment: { ...environment, MANYCHAT_MCP_SIGN_IN: 'tokens' },
    });
  };

  test('is refused in a path like one that does not exist', async () => {
    const { ask } = await opened();
    const at = async (name: string) => {
      const response = await ask('one', 'tools/list', {}, { path: `/mcp/${name}` });
      return [response.status, await response.text()];
    };
    expect(await at('Wholesale')).toEqual(await at('Nowhere'));
    expect((await at('Wholesale'))[0]).toBe(404);
    expect((await at('coffee'))[0]).toBe(200);
  });

  test('is refused as an argument like one that does not exist, and named nowhere', async () => {
    const { ask } = await opened();
    const call = async (name: string) => {
      const params = { name: 'manychat_list_tags', arguments: { account: name } };
      return JSON.stringify(await outcomeOf(await ask('two', 'tools/call', params))).replaceAll(name, 'NAME');
    };
    expect(await call('Wholesale')).toBe(await call('Xholesale'));
    const lists = await Promise.all(
      ['tools/list', 'prompts/list', 'resources/list', 'server/discover'].map(async (method) =>
        (await ask('two', method)).text(),
      ),
    );
    expect(lists.join()).not.toContain('Wholesale');
    expect(lists.join()).toContain('Museum');
  });
});
