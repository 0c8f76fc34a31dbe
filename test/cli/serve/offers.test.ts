import { describe, expect, test } from 'vitest';
import { notOffered } from '../../../src/cli/commands/serve/offers.js';
import { configOf } from '../../support/config.js';
import { serveProgram } from '../../support/http-program.js';
import { inboundSecret } from '../../support/inbound.js';
import { apart, connectProgram } from '../../support/program.js';
import { runHere } from '../../support/shell.js';

const inbox = { MANYCHAT_MCP_TOOLSETS: 'inbox,tags' };
const noMessages =
  'the toolset inbox is not offered: no account hears its contacts. The command manychat-mcp inbound secret prints one: set it as MANYCHAT_MCP_INBOUND_SECRET';
const direct = { MANYCHAT_API_KEY: '123456789:0123456789abcdef' };

describe('what is named and not offered', () => {
  test.each([
    ['the toolset for messages, of an account that hears none', inbox, [noMessages]],
    [
      'a tool for messages',
      { MANYCHAT_MCP_TOOLS: 'reply,get_page' },
      [expect.stringMatching(/^manychat_reply is not offered: no account hears/)],
    ],
    [
      'connections, of an account without Maton',
      { ...direct, MANYCHAT_MCP_TOOLSETS: 'connections' },
      ['the toolset connections is not offered: calls go to ManyChat without Maton, which has no connections'],
    ],
    [
      'messages where callers bring keys',
      { ...inbox, MANYCHAT_MCP_HTTP: '1', MANYCHAT_MCP_SIGN_IN: 'client-key' },
      ['the toolset inbox is not offered: with --sign-in client-key no contacts are heard'],
    ],
    ['nothing of an account that hears', { ...inbox, MANYCHAT_MCP_INBOUND_SECRET: inboundSecret }, []],
    ['nothing that is only a part of what is named', { MANYCHAT_MCP_TOOLSETS: 'essentials' }, []],
    ['nothing that is not named', direct, []],
  ])('is %s', (_, environment, reasons) => {
    expect(notOffered(configOf(environment), undefined)).toEqual(reasons);
  });

  const account = { name: 'Museum', mode: 'direct', key: 'k' } as const;

  test('is what no account of a file has, with the file in which it is set', () => {
    const file = { path: '/accounts.json', accounts: [account] };
    expect(notOffered(configOf(inbox), file)).toEqual([expect.stringContaining('to an account in /accounts.json')]);
    const hearing = { ...account, name: 'Cafe', inbound: { secrets: ['s'] } };
    expect(notOffered(configOf(inbox), { ...file, accounts: [account, hearing] })).toEqual([]);
    const config = configOf(inbox);
    const chosen = { ...config, account: { ...config.account, name: 'Museum' } };
    expect(notOffered(chosen, undefined)).toEqual([expect.stringContaining('to an account in the accounts file')]);
  });

  test('is logged when a server starts, over stdio and over HTTP', async () => {
    const environment = { ...apart, ...inbox, MANYCHAT_MCP_SANDBOX: '1' };
    const line = `"reason":"${noMessages}","msg":"not offered"`;
    const { client, stderr } = await connectProgram(environment);
    await client.close();
    expect(stderr()).toContain(line);
    await (await serveProgram(environment)).line(line);
  });

  test('is shown by tools and by doctor', async () => {
    const environment = { ...inbox, MANYCHAT_MCP_SANDBOX: '1' };
    const tools = await runHere(['tools'], environment);
    expect([tools.out, tools.err]).toEqual([expect.stringContaining('manychat_list_tags'), noMessages]);
    expect((await runHere(['doctor'], environment)).out).toMatch(
      /^warning {2}settings: .*\n {11}the toolset inbox is not/m,
    );
  });
});
