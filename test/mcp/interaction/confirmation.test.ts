import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AskingServer, spawnAsking } from '../../support/asking-server.js';
import { maria } from '../../support/people.js';
import { apart, program, through } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';
import { sentOne } from '../../support/sent.js';

/** A question as the client receives it. */
interface Asked {
  readonly mode?: string | undefined;
  readonly message: string;
  readonly url?: string | undefined;
}
type Answer = { action: 'accept' | 'decline' | 'cancel'; content?: { confirm?: boolean } };
const yes: Answer = { action: 'accept', content: { confirm: true } };

describe.each([{ modern: false }, { modern: true }])(
  'the user of a client that supports elicitation %j',
  ({ modern }) => {
    const sandbox = useSandbox({ limits: false });
    let client: Client;
    let asked: Asked[];
    beforeEach(() => {
      asked = [];
    });
    afterEach(() => client.close());

    async function connect(answer: Answer, args: string[] = [], canAsk = true) {
      client = new Client(
        { name: 'test', version: '1' },
        {
          capabilities: canAsk ? { elicitation: { form: {}, url: {} } } : {},
          ...(modern && { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
        },
      );
      if (canAsk) {
        client.setRequestHandler('elicitation/create', async ({ params }) => {
          asked.push({ mode: params.mode, message: params.message, url: 'url' in params ? params.url : undefined });
          return answer;
        });
      }
      const env = { ...apart, ...through(sandbox.url, sandbox.matonKey) };
      await client.connect(
        new StdioClientTransport({ command: process.execPath, args: [program, ...args], env, stderr: 'ignore' }),
      );
    }
    const call = async (name: string, args: Record<string, unknown>) => {
      const { isError, content } = await client.callTool({ name, arguments: args });
      const [first] = content;
      return { failed: isError === true, answer: JSON.parse(first?.type === 'text' ? first.text : '{}') };
    };
    const requests = (word: string) => sandbox.requests().filter(({ path }) => path.endsWith(word)).length;
    const text = { subscriber_id: maria, text: 'Hi Maria' };

    test('is asked before a destructive call, which is made once', async () => {
      await connect(yes);
      expect(await call('manychat_delete_tag', { tag_id: 123 })).toEqual({
        failed: false,
        answer: { ok: true, tag: 'Old Tag' },
      });
      expect(asked).toEqual([
        expect.objectContaining({
          message:
            'Delete tag "Old Tag" itself, and from every contact on page "Sunrise Coffee"?\n\ntag_id: 123\n\nThis cannot be undone.',
        }),
      ]);
      expect(requests('removeTag')).toBe(1);
    });

    const declined = 'The call was not confirmed: the user declined, or the client declined without asking';
    test.each([
      [{ action: 'decline' }, declined],
      [{ action: 'cancel' }, declined],
      [{ action: 'accept', content: { confirm: false } }, 'The form was accepted with "Go ahead" unticked'],
      [{ action: 'accept', content: {} }, 'The client accepted without returning the form'],
      [{ action: 'accept' }, 'The client accepted without returning the form'],
    ] as [Answer, string][])('prevents the call by answering %j', async (answer, message) => {
      await connect(answer);
      const { failed, answer: result } = await call('manychat_delete_tag', { tag_id: 123 });
      expect(failed).toBe(true);
      expect(result.error).toMatchObject({
        kind: 'cancelled',
        performed: 'no',
        retryable: false,
        message,
        hint: expect.stringMatching(/^Do not call again unless the user asks.*MANYCHAT_MCP_CONFIRM \(--confirm\)/),
      });
      expect(requests('removeTag')).toBe(0);
    });

    test('is not asked about a send by default, nor about invalid arguments', async () => {
      await connect(yes);
      await call('manychat_send_text', text);
      await call('manychat_delete_tag', { tag_id: 'x' });
      expect(asked).toEqual([]);
      expect(sandbox.messages()).toHaveLength(1);
    });

    test('is asked about a send with --confirm sends, and sees the text', async () => {
      await connect(yes, ['--confirm', 'sends']);
      expect((await call('manychat_send_text', text)).answer).toEqual(sentOne({ contact: 'Maria Garcia' }));
      expect(asked[0]?.message).toBe(
        'Send this text to "Maria Garcia" (24958501110451908) on page "Sunrise Coffee"?\n\ntext: Hi Maria\nchannel: auto',
      );
      expect(sandbox.messages()).toHaveLength(1);
    });

    test('is not asked with --confirm nothing', async () => {
      await connect(yes, ['--confirm', 'nothing']);
      expect((await call('manychat_delete_tag', { tag_id: 123 })).failed).toBe(false);
      expect(asked).toEqual([]);
    });

    test.each([[yes], [{ action: 'decline' }]] as [Answer][])(
      'gets the link of a new connection; the client gets the result whatever the answer is: %j',
      async (answer) => {
        await connect(answer);
        const { failed, answer: result } = await call('manychat_create_connection', {});
        expect(failed).toBe(false);
        expect(result.connection).toMatchObject({ status: 'PENDING', url: asked[0]?.url });
        expect(asked).toEqual([
          expect.objectContaining({ mode: 'url', url: expect.stringContaining('session_token') }),
        ]);
        expect(sandbox.requests().filter(({ method }) => method === 'POST')).toHaveLength(1);
      },
    );

    test('is needed for a destructive call with --unconfirmed refuse, which a client that cannot ask does not make', async () => {
      await connect(yes, ['--unconfirmed', 'refuse'], false);
      expect(await call('manychat_delete_tag', { tag_id: 123 })).toEqual({
        failed: true,
        answer: {
          error: expect.objectContaining({
            kind: 'permission_denied',
            performed: 'no',
            hint: expect.stringContaining('MANYCHAT_MCP_UNCONFIRMED=allow (--unconfirmed)'),
          }),
        },
      });
      expect(requests('removeTag')).toBe(0);
    });

    test('is not asked if the client does not support elicitation', async () => {
      await connect(yes, ['--confirm', 'sends'], false);
      expect((await call('manychat_delete_tag', { tag_id: 123 })).answer).toEqual({ ok: true, tag_id: '123' });
      expect((await call('manychat_send_text', text)).answer).toEqual(sentOne({ contact: 'Maria Garcia' }));
      expect((await call('manychat_create_connection', {})).answer.connection.url).toContain('session_token');
    });
  },
);

describe('a request state that the client sends back', () => {
  const sandbox = useSandbox({ limits: false });
  let server: AskingServer;
  beforeEach(() => {
    server = spawnAsking(sandbox);
  });
  afterEach(() => server.close());

  const tag = { tag_id: 123 };
  const accepted = { inputResponses: { confirm: yes } };
  const removals = () => sandbox.requests().filter(({ path }) => path.endsWith('removeTag')).length;

  test.each([[yes], [{ action: 'decline' }]] as [Answer][])(
    'a second time, after %j, makes the server ask again',
    async (answer) => {
      const { requestState } = await server.call('manychat_delete_tag', tag);
      const inputResponses = { confirm: answer };
      await server.call('manychat_delete_tag', tag, { requestState, inputResponses });
      const before = removals();
      expect(before).toBe(answer === yes ? 1 : 0);
      const again = await server.call('manychat_delete_tag', tag, { requestState, ...accepted });
      expect(again).toMatchObject({ resultType: 'input_required', inputRequests: { confirm: expect.anything() } });
      expect(again.requestState).not.toBe(requestState);
      expect(removals()).toBe(before);
    },
  );

  test('without an answer ends the call instead of asking forever', async () => {
    const { requestState } = await server.call('manychat_delete_tag', tag);
    const result = await server.call('manychat_delete_tag', tag, { requestState });
    expect(result.isError).toBe(true);
    expect(JSON.parse(result.content[0].text).error).toMatchObject({
      kind: 'cancelled',
      performed: 'no',
      message: 'The client supports asking its user, but did not: it sent no answer',
    });
    expect(removals()).toBe(0);
  });

  test('applies to the account in the question, although another was connected since', async () => {
    const { requestState } = await server.call('manychat_delete_tag', tag);
    const second = `${sandbox.url}/connections/${sandbox.secondConnectionId}`;
    const { connection } = Object(
      await (await fetch(second, { headers: { authorization: `Bearer ${sandbox.matonKey}` } })).json(),
    );
    await fetch(connection.url, { method: 'POST', body: new URLSearchParams({ api_key: sandbox.secondManychatKey }) });
    await server.call('manychat_list_connections', {});
    const unasked = await server.call('manychat_delete_tag', tag);
    expect(JSON.parse(unasked.content[0].text).error.kind).toBe('ambiguous_connection');
    const done = await server.call('manychat_delete_tag', tag, { requestState, ...accepted });
    expect(done.structuredContent).toEqual({ ok: true, tag: 'Old Tag' });
    const [removal] = sandbox.requests().filter(({ path }) => path.endsWith('removeTag'));
    expect(removal?.headers['maton-connection']).toBe(sandbox.connectionId);
  });

  test('for other arguments or another tool makes the server ask again', async () => {
    const { requestState } = await server.call('manychat_delete_tag', tag);
    const others: [string, object][] = [
      ['manychat_delete_tag', { tag_id: 1 }],
      ['manychat_delete_tag_by_name', { tag_name: 'VIP' }],
    ];
    for (const [tool, args] of others) {
      const result = await server.call(tool, args, { requestState, ...accepted });
      expect(result.resultType).toBe('input_required');
    }
    expect(sandbox.requests().filter(({ method }) => method === 'POST')).toEqual([]);
  });

  test('of a created connection returns that connection, for its own tool only', async () => {
    const { requestState, inputRequests } = await server.call('manychat_create_connection', {});
    expect(inputRequests.link.params.url).toContain('session_token');
    const more = { requestState, inputResponses: { link: { action: 'accept' }, ...accepted.inputResponses } };
    const text = { subscriber_id: maria, text: 'Hi Maria' };
    expect((await server.call('manychat_send_text', text, more)).resultType).toBe('input_required');
    for (const _ of [1, 2]) {
      const { structuredContent } = await server.call('manychat_create_connection', {}, more);
      expect(structuredContent.connection.url).toBe(inputRequests.link.params.url);
    }
    expect(sandbox.requests().filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});
