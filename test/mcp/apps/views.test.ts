import { readFileSync } from 'node:fs';
import type { Client } from '@modelcontextprotocol/client';
import { getToolUiResourceUri } from '@modelcontextprotocol/ext-apps/app-bridge';
import { EXTENSION_ID, RESOURCE_MIME_TYPE } from '@modelcontextprotocol/ext-apps/server';
import { describe, expect, test } from 'vitest';
import { pathOf } from '../../../scripts/root.js';
import { everything } from '../../../src/config/accounts/grant.js';
import type { View } from '../../../tools/contract/endpoint.js';
import { declarations, toolsets } from '../../../tools/index.js';
import { agency, agencyEnvironment, connectAccounts } from '../../support/accounts-server.js';
import { useFolder } from '../../support/folder.js';
import { hearingClient } from '../../support/hearing-client.js';
import { openService, resultOf } from '../../support/http-service.js';
import { useSandbox } from '../../support/sandboxed.js';

const write = useFolder();
const sandbox = useSandbox({ limits: false, secondConnection: 'ACTIVE' });

const key = { MANYCHAT_API_KEY: '12345:0123456789abcdef' };
const views: readonly View[] = ['message-preview', 'subscribers'];
const pageOf = (view: View): string => readFileSync(pathOf(`dist/pages/${view}.html`), 'utf8');
const uriOf = (view: View): string => `ui://manychat/${view}`;

/** What a host finds at a client: the view of each tool that has one, and the pages. */
async function shownTo(client: Pick<Client, 'listTools' | 'listResources'>) {
  const { tools } = await client.listTools();
  const { resources } = await client.listResources();
  return {
    tools: Object.fromEntries(
      tools.flatMap((tool) => {
        const uri = getToolUiResourceUri(tool);
        return uri === undefined ? [] : [[tool.name, uri]];
      }),
    ),
    pages: resources.flatMap(({ uri }) => (uri.startsWith('ui:') ? uri : [])).toSorted(),
  };
}

test('whatever sends a message or finds contacts has a view', () => {
  const kindOf = ({ name, effect }: (typeof declarations)[number]): View | undefined =>
    effect === 'send' || name === 'manychat_check_content'
      ? 'message-preview'
      : /_find_/.test(name)
        ? 'subscribers'
        : undefined;
  expect(declarations.map(({ name, view }) => [name, view])).toEqual(
    declarations.map((each) => [each.name, kindOf(each)]),
  );
});

describe.each([
  ['of 2025', false],
  ['of 2026', true],
])('a host with the protocol %s', (_, modern) => {
  test('finds the view of each tool, and reads its page', async () => {
    const { client } = await connectAccounts(key, modern);
    const shown = await shownTo(client);
    const expected = declarations.flatMap(({ name, view, api }) =>
      view === undefined || api === 'inbox' ? [] : [[name, uriOf(view)]],
    );
    expect(shown).toEqual({ tools: Object.fromEntries(expected), pages: views.map(uriOf) });
    expect(client.getServerCapabilities()?.extensions?.[EXTENSION_ID]).toEqual({ mimeTypes: [RESOURCE_MIME_TYPE] });
    for (const view of views) {
      const { contents } = await client.readResource({ uri: uriOf(view) });
      const ui = { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: true };
      expect(contents).toEqual([{ uri: uriOf(view), mimeType: RESOURCE_MIME_TYPE, text: pageOf(view), _meta: { ui } }]);
    }
    await expect(client.readResource({ uri: 'ui://manychat/inbox' })).rejects.toThrow();
  });
});

test('a tool for messages of contacts has a view too', async () => {
  const client = await hearingClient();
  expect((await shownTo(client)).tools).toMatchObject({ manychat_reply: uriOf('message-preview') });
  await client.close();
});

const narrow: [string, Record<string, string>, readonly string[]][] = [
  ['read-only, checking a message is left', { MANYCHAT_MCP_READ_ONLY: '1' }, ['message-preview', 'subscribers']],
  ['only sending', { MANYCHAT_MCP_TOOLS: 'manychat_send_flow' }, ['message-preview']],
  ['only finding', { MANYCHAT_MCP_TOOLS: 'manychat_find_subscribers_by_name' }, ['subscribers']],
  ['tags only', { MANYCHAT_MCP_TOOLSETS: 'tags' }, []],
];

test.each(narrow)('no page is listed or read without a tool for it: %s', async (_, environment, expected) => {
  const { client } = await connectAccounts({ ...key, ...environment });
  expect((await shownTo(client)).pages).toEqual(expected.map((view) => `ui://manychat/${view}`));
  expect(EXTENSION_ID in (client.getServerCapabilities()?.extensions ?? {})).toBe(expected.length > 0);
  for (const view of views.filter((each) => !expected.includes(each)))
    await expect(client.readResource({ uri: uriOf(view) })).rejects.toThrow();
});

test('with several accounts, the pages are the same for all of them', async () => {
  const path = write('accounts.json', JSON.stringify({ accounts: agency }));
  const { client } = await connectAccounts(agencyEnvironment(sandbox, path), true);
  expect((await shownTo(client)).pages).toEqual(views.map(uriOf));
  const { contents } = await client.readResource({ uri: uriOf('subscribers') });
  expect(contents).toMatchObject([{ text: pageOf('subscribers') }]);
});

test('over HTTP, a caller is shown the pages of the tools that its profile grants', async () => {
  const path = write('accounts.json', JSON.stringify({ accounts: agency }));
  const tools = toolsets.tags.map(({ name }) => name);
  const { ask } = await openService(agencyEnvironment(sandbox, path), {
    boss: { id: 'boss', grant: everything },
    clerk: { id: 'clerk', grant: { ...everything, tools } },
  });
  for (const modern of [false, true]) {
    const listed = await resultOf(await ask('boss', '/mcp', 'tools/list', {}, { modern }));
    expect(listed.tools).toContainEqual(
      expect.objectContaining({
        name: 'manychat_check_content',
        _meta: { ui: { resourceUri: uriOf('message-preview') }, 'ui/resourceUri': uriOf('message-preview') },
      }),
    );
    const uri = uriOf('message-preview');
    const read = (as: string) => ask(as, '/mcp', 'resources/read', { uri, ...(modern && { name: uri }) }, { modern });
    expect((await resultOf(await read('boss'))).contents).toMatchObject([{ text: pageOf('message-preview') }]);
    const mine = await resultOf(await ask('clerk', '/mcp', 'resources/list', {}, { modern }));
    expect(JSON.stringify(mine)).not.toContain('ui://');
    expect(await (await read('clerk')).text()).toMatch(/not found/i);
  }
});

test('a call returns the same with the view as without: nothing of it is in the result', async () => {
  const { client, call } = await connectAccounts(key);
  expect(
    await call('check_content', { data: '{"version":"v2","content":{"messages":[{"type":"text","text":"Hi"}]}}' }),
  ).toMatchObject({ result: { valid: true, rendering: expect.stringContaining('Hi') } });
  const result = await client.callTool({
    name: 'manychat_check_content',
    arguments: { data: '{"version":"v2","content":{"messages":[]}}' },
  });
  expect(result._meta?.ui).toBeUndefined();
  expect(JSON.stringify(result)).not.toContain('ui://');
});
