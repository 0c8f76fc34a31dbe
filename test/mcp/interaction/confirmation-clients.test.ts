import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport, type StdioServerParameters } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioTransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { maria } from '../../support/people.js';
import { apart, pinnedTo, program, through } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';
import { sentOne } from '../../support/sent.js';

type Answer = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, boolean> };
type Handler = (message: string) => Answer;
interface AnyClient {
  callTool(request: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

const env = (settings: Record<string, string>) => ({ ...apart, ...settings });
const started = (settings: Record<string, string>, args: readonly string[]): StdioServerParameters => ({
  command: process.execPath,
  args: [program, ...args],
  env: env(settings),
  stderr: 'ignore',
});

/** The 1.x line of the SDK. It declares elicitation without modes, as clients did before there were any. */
async function connectV1(
  settings: Record<string, string>,
  args: readonly string[],
  handler?: Handler,
): Promise<AnyClient> {
  const client = new ClientV1({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } });
  if (handler !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => handler(params.message));
  }
  await client.connect(new StdioTransportV1(started(settings, args)));
  return client;
}

const connectV2 =
  (modern: boolean) =>
  async (settings: Record<string, string>, args: readonly string[], handler?: Handler): Promise<AnyClient> => {
    const client = new Client(
      { name: 'test', version: '1' },
      {
        capabilities: { elicitation: { form: {}, url: {} } },
        ...(modern && { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
      },
    );
    if (handler !== undefined) {
      client.setRequestHandler('elicitation/create', async ({ params }) => handler(params.message));
    }
    await client.connect(new StdioClientTransport(started(settings, args)));
    return client;
  };

const clients = [
  ['SDK v1', connectV1],
  ['SDK v2, 2025 era', connectV2(false)],
  ['SDK v2, 2026-07-28', connectV2(true)],
] as const;
const older = clients.slice(0, 2);

let client: AnyClient | undefined;
afterEach(() => client?.close());

/** The result of a call, or our failure. */
async function called(name: string, args: Record<string, unknown>) {
  const { isError, content } = Object(await client?.callTool({ name, arguments: args }));
  return { failed: isError === true, answer: JSON.parse(content[0].text) };
}
const writes = (sandbox: Sandbox) => sandbox.requests().filter(({ method }) => method !== 'GET');
const text = { subscriber_id: maria, text: 'Hi Maria' };
const throwing: Handler = () => {
  throw new Error('the window is gone');
};
const yes: Handler = () => ({ action: 'accept', content: { confirm: true } });

describe('a client that declares elicitation but cannot ask', () => {
  const sandbox = useSandbox({ limits: false });
  const settings = () => through(sandbox.url, sandbox.matonKey);

  test.each(
    older.flatMap(
      ([name, connect]) =>
        [
          [`${name}, without a handler`, connect, undefined, /: .*Method not found/],
          [`${name}, with a handler that throws`, connect, throwing, /: .*the window is gone/],
        ] as const,
    ),
  )('gets our failure, and nothing is done: %s', async (_, connect, handler, reason) => {
    client = await connect(settings(), ['--confirm', 'sends'], handler);
    for (const [tool, args] of [
      ['manychat_send_text', text],
      ['manychat_delete_tag', { tag_id: 123 }],
    ] as const) {
      const { failed, answer } = await called(tool, args);
      expect(failed).toBe(true);
      expect(answer.error).toEqual({
        kind: 'cancelled',
        message: expect.stringMatching(reason),
        hint: expect.stringMatching(/^Do not call again unless the user asks for it\. .*MANYCHAT_MCP_CONFIRM/),
        retryable: false,
        performed: 'no',
        source: 'client',
      });
      expect(answer.error.message).toMatch(/^The client supports asking its user, but did not: /);
    }
    expect(writes(sandbox)).toEqual([]);
  });

  test('in the 2026 era fails on its own side, and nothing is done', async () => {
    for (const handler of [undefined, throwing]) {
      client = await connectV2(true)(settings(), ['--confirm', 'sends'], handler);
      await expect(called('manychat_send_text', text)).rejects.toThrow(/no handler is registered|the window is gone/);
      await client.close();
    }
    expect(writes(sandbox)).toEqual([]);
  });

  test.each(clients)(
    'is told that the user may not have been asked if it declines by itself: %s',
    async (_, connect) => {
      client = await connect(settings(), ['--confirm', 'sends'], () => ({ action: 'decline' }));
      const { answer } = await called('manychat_send_text', text);
      expect(answer.error).toMatchObject({
        kind: 'cancelled',
        performed: 'no',
        message: 'The call was not confirmed: the user declined, or the client declined without asking',
      });
      expect(writes(sandbox)).toEqual([]);
    },
  );

  test.each(clients)('makes the call if the user agrees: %s', async (_, connect) => {
    client = await connect(settings(), ['--confirm', 'sends'], yes);
    expect(await called('manychat_send_text', text)).toEqual({
      failed: false,
      answer: sentOne({ contact: 'Maria Garcia' }),
    });
    expect(sandbox.messages()).toHaveLength(1);
  });

  test('gets a connect link in the result, and one connection is created', async () => {
    client = await connectV2(false)(settings(), []);
    const { failed, answer } = await called('manychat_create_connection', {});
    expect(failed).toBe(false);
    expect(answer.connection.url).toContain('session_token');
    expect(writes(sandbox)).toHaveLength(1);
  });
});

describe('with two accounts', () => {
  const sandbox = useSandbox({ limits: false, secondConnection: 'ACTIVE' });
  const asked: string[] = [];
  const remember: Handler = (message) => {
    asked.push(message);
    return yes(message);
  };

  test.each(clients)('the question and the call concern the same one: %s', async (_, connect) => {
    asked.length = 0;
    client = await connect(through(sandbox.url, sandbox.matonKey), [], remember);
    expect((await called('manychat_delete_tag', { tag_id: 123 })).answer.error.kind).toBe('ambiguous_connection');
    expect(asked).toEqual([]);
    const { secondConnectionId: connection_id } = sandbox;
    await called('manychat_delete_tag_by_name', { tag_name: 'VIP', connection_id });
    await called('manychat_delete_connection', { connection_id });
    expect(asked).toEqual([
      'Delete tag "VIP" itself, and from every contact on page "Sunrise Wholesale"?\n\ntag_name: VIP\n\nThis cannot be undone.',
      `Disconnect page "Sunrise Wholesale" (connection ${connection_id}) from ManyChat for everyone who uses this Maton account?\n\nThis cannot be undone.`,
    ]);
    expect(writes(sandbox)).toHaveLength(2);
  });

  test.each(clients)(
    'a page is chosen by its name, and the question is about another connection: %s',
    async (_, connect) => {
      asked.length = 0;
      const settings = { ...through(sandbox.url, sandbox.matonKey), MATON_CONNECTION_ID: 'sunrise wholesale' };
      client = await connect(settings, [], remember);
      await called('manychat_delete_tag_by_name', { tag_name: 'Customer' });
      await called('manychat_delete_connection', { connection_id: sandbox.connectionId });
      expect(asked).toEqual([
        expect.stringContaining('on page "Sunrise Wholesale"?'),
        expect.stringContaining(`Disconnect page "Sunrise Coffee" (connection ${sandbox.connectionId})`),
      ]);
      expect(writes(sandbox)).toHaveLength(2);
    },
  );
});

test('without a key the call fails with not_configured and the user is not asked', async () => {
  client = await connectV2(false)({}, ['--confirm', 'sends'], throwing);
  expect((await called('manychat_send_text', text)).answer.error.kind).toBe('not_configured');
});

describe('names', () => {
  const sandbox = useSandbox({ limits: false });

  test.each(clients)('take at most three reads, and are replaced by ids if those fail: %s', async (_, connect) => {
    const asked: string[] = [];
    client = await connect(pinnedTo(sandbox), ['--confirm', 'sends'], (message) => {
      asked.push(message);
      return { action: 'decline' };
    });
    const buttons = [{ caption: 'More', flow_ns: 'content20240311101502_501223' }];
    await called('manychat_send_text', { ...text, buttons });
    expect(sandbox.requests()).toHaveLength(3);
    sandbox.injectFault({ status: 400, body: {}, times: 100 });
    await called('manychat_send_text', { ...text, buttons });
    expect(asked).toEqual([
      expect.stringMatching(
        /^Send this text to "Maria Garcia" \(24958501110451908\) on page "Sunrise Coffee"\?\n\ntext: Hi Maria\n[\s\S]*flow_ns: content20240311101502_501223 \(".+"\)$/,
      ),
      expect.stringMatching(
        new RegExp(
          `^Send this text to contact 24958501110451908 on connection ${sandbox.connectionId}\\?\n\ntext: Hi Maria\n[\\s\\S]*flow_ns: content20240311101502_501223$`,
        ),
      ),
    ]);
    expect(writes(sandbox)).toEqual([]);
  });
});
