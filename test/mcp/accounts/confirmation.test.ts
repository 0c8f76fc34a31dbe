import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, onTestFinished, test } from 'vitest';
import { agencyEnvironment, callTool } from '../../support/accounts-server.js';
import { spawnAsking } from '../../support/asking-server.js';
import { useFolder } from '../../support/folder.js';
import { apart, program } from '../../support/program.js';
import { sandboxed } from '../../support/sandboxed.js';

const write = useFolder();
const accepted = { inputResponses: { confirm: { action: 'accept', content: { confirm: true } } } };

/** Two accounts that share a Maton key, each with a connection of its own, and one that has the key of the first page. */
async function twoPages() {
  const { sandbox } = await sandboxed({ secondConnection: 'ACTIVE', limits: false });
  const maton_key = { env: 'MATON_KEY' };
  const accounts = {
    Coffee: { maton_key, connection: sandbox.connectionId },
    Wholesale: { maton_key, connection: sandbox.secondConnectionId },
    'Coffee direct': { manychat_key: { env: 'FIRST_KEY' } },
  };
  const environment = agencyEnvironment(sandbox, write('accounts.json', JSON.stringify({ accounts })));
  return { sandbox, environment };
}

const deletions = (requests: readonly { path: string }[]) =>
  requests.filter(({ path }) => path.endsWith('/removeTag')).length;

describe('a confirmation', () => {
  async function asking() {
    const { sandbox, environment } = await twoPages();
    const server = spawnAsking(sandbox, environment);
    onTestFinished(() => server.close());
    return { sandbox, ...server };
  }

  test('that was asked for one account is refused for every other, even one with the same key or page', async () => {
    const { sandbox, call } = await asking();
    const { requestState } = await call('manychat_delete_tag', { account: 'Coffee', tag_id: 1 });
    for (const account of ['Wholesale', 'Coffee direct']) {
      const refused = await call('manychat_delete_tag', { account, tag_id: 1 }, { requestState, ...accepted });
      expect(refused.isError).toBe(true);
      expect(JSON.parse(refused.content[0].text).error).toMatchObject({
        kind: 'cancelled',
        performed: 'no',
        message: expect.stringContaining('for another account'),
      });
    }
    const unnamed = await call('manychat_delete_tag', { tag_id: 1 }, { requestState, ...accepted });
    expect(JSON.parse(unnamed.content[0].text).error.kind).toBe('invalid_input');
    expect(deletions(sandbox.requests())).toBe(0);
  });

  test('holds for its account, however that is spelled, and once', async () => {
    const { sandbox, call } = await asking();
    const { requestState } = await call('manychat_delete_tag', { account: 'Coffee', tag_id: 1 });
    const confirm = () => call('manychat_delete_tag', { tag_id: 1, account: 'COFFEE' }, { requestState, ...accepted });
    expect((await confirm()).structuredContent).toMatchObject({ ok: true });
    // Used up: the user is asked again.
    expect((await confirm()).resultType).toBe('input_required');
    expect(deletions(sandbox.requests())).toBe(1);
  });
});

test.each([{ modern: false }, { modern: true }])('the question names the account %j', async ({ modern }) => {
  const { environment, sandbox } = await twoPages();
  const asked: string[] = [];
  const client = new Client(
    { name: 'test', version: '1' },
    {
      capabilities: { elicitation: { form: {} } },
      ...(modern && { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
    },
  );
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    asked.push(params.message);
    return { action: 'decline' as const };
  });
  const env = { ...apart, ...environment };
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [program], env, stderr: 'ignore' }));
  onTestFinished(() => client.close());
  const { failure } = await callTool(client, 'delete_tag', { account: 'wholesale', tag_id: 1 });
  expect(failure).toMatchObject({ kind: 'cancelled', performed: 'no' });
  const connection = { account: 'Coffee', connection_id: sandbox.secondConnectionId };
  expect((await callTool(client, 'delete_connection', connection)).failure.kind).toBe('cancelled');
  expect(asked).toEqual([
    expect.stringContaining('on page "Sunrise Wholesale" in account "Wholesale"?'),
    expect.stringMatching(/^Disconnect page "Sunrise Wholesale" \(connection [\w-]+\) .* in account "Coffee"\?/),
  ]);
});
