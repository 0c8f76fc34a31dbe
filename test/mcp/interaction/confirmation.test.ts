import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { maria } from '../../support/people.js';
import { program, through } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';

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
      const env = { PATH: process.env.PATH ?? '', ...through(sandbox.url, sandbox.matonKey) };
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
      expect(await call('manychat_delete_tag', { tag_id: 123 })).toEqual({ failed: false, answer: { ok: true } });
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
      expect((await call('manychat_send_text', text)).answer).toEqual({ ok: true });
      expect(asked[0]?.message).toBe(
        'Send this text to "Maria Garcia" (24958501110451908) on page "Sunrise Coffee"?\n\ntext: Hi Maria\nchannel: messenger',
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

    test('is not asked if the client does not support elicitation', async () => {
      await connect(yes, ['--confirm', 'sends'], false);
      expect((await call('manychat_delete_tag', { tag_id: 123 })).answer).toEqual({ ok: true });
      expect((await call('manychat_send_text', text)).answer).toEqual({ ok: true });
      expect((await call('manychat_create_connection', {})).answer.connection.url).toContain('session_token');
    });
  },
);

describe('a request state that the client sends back', () => {
  const sandbox = useSandbox({ limits: false });
  let server: ReturnType<typeof spawnServer>;
  beforeEach(() => {
    server = spawnServer();
  });
  afterEach(() => server.close());

  /** The server, called in the 2026-07-28 era with arbitrary parameters. */
  function spawnServer() {
    const env = { PATH: process.env.PATH ?? '', ...through(sandbox.url, sandbox.matonKey) };
    const child = spawn(process.execPath, [program, '--confirm', 'sends'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(child, 'close');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {}, url: {} } },
    };
    let id = 0;
    return {
      async call(name: string, args: object, more: object = {}) {
        id += 1;
        const params = { name, arguments: args, ...more, _meta };
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })}\n`);
        const { result } = JSON.parse((await lines.next()).value);
        return result;
      },
      async close() {
        child.stdin.end();
        await ended;
      },
    };
  }
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
    expect(done.structuredContent).toEqual({ ok: true });
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

  describe('about a tag that is named as it is shown', () => {
    const named = { tag_name: 'Gold' };
    const deletions = () =>
      sandbox.requests().flatMap(({ path, body }) => (path.includes('/page/removeTag') ? [body] : []));
    const tagsAre = (...tags: [number, string][]) =>
      sandbox.injectFault({
        match: { path: 'getTags' },
        status: 200,
        body: { status: 'success', data: tags.map(([id, name]) => ({ id, name })) },
      });
    const createTag = async (name: string): Promise<number> =>
      (await server.call('manychat_create_tag', { name })).structuredContent.tag.id;

    test('deletes the tag in the question, although one with exactly this name was created since', async () => {
      const id = await createTag('Gold\u200e');
      const { requestState, inputRequests } = await server.call('manychat_delete_tag_by_name', named);
      expect(inputRequests.confirm.params.message).toBe(
        `Delete tag "Gold" (id ${id}) itself, and from every contact on page "Sunrise Coffee"?\n\ntag_name: Gold\n\nThe tag "Gold" is the one with id ${id}. Its true name differs in characters that are not shown.\n\nThis cannot be undone.`,
      );
      await createTag('Gold');
      const done = await server.call('manychat_delete_tag_by_name', named, { requestState, ...accepted });
      expect(done.structuredContent).toMatchObject({ ok: true, warnings: [expect.stringContaining(`id ${id}`)] });
      expect(deletions()).toEqual([{ tag_id: id }]);
    });

    test('deletes no other tag that is shown so if the one in the question is gone', async () => {
      const id = await createTag('Gold');
      const { requestState, inputRequests } = await server.call('manychat_delete_tag_by_name', named);
      expect(inputRequests.confirm.params.message).toContain(`Delete tag "Gold" (id ${id}) itself`);
      expect(inputRequests.confirm.params.message).not.toContain('not shown');
      await server.call('manychat_remove_tag_from_subscriber', { subscriber_id: maria, tag_id: id });
      const { requestState: own } = await server.call('manychat_delete_tag', { tag_id: id });
      await server.call('manychat_delete_tag', { tag_id: id }, { requestState: own, ...accepted });
      const other = await createTag('Gold\u200e');
      const result = await server.call('manychat_delete_tag_by_name', named, { requestState, ...accepted });
      expect(JSON.parse(result.content[0].text).error).toMatchObject({ kind: 'not_found', performed: 'no' });
      expect(deletions()).toEqual([{ tag_id: id }, { tag_id: id }]);
      const { tags } = (await server.call('manychat_list_tags', {})).structuredContent;
      expect(tags).toContainEqual({ id: other, name: 'Gold' });
    });

    test('deletes the tag in the question, although its name has passed to another one', async () => {
      const [id, other] = [await createTag('Silver'), await createTag('Gold')];
      tagsAre([id, 'Gold'], [other, 'Gold\u200e']);
      const { requestState, inputRequests } = await server.call('manychat_delete_tag_by_name', named);
      expect(inputRequests.confirm.params.message).toContain(`Delete tag "Gold" (id ${id}) itself`);
      const done = await server.call('manychat_delete_tag_by_name', named, { requestState, ...accepted });
      expect(done.structuredContent).toEqual({ ok: true });
      expect(deletions()).toEqual([{ tag_id: id }]);
    });

    test.each([
      [
        [
          [5, 'Silver'],
          [9, 'Gold'],
        ],
      ],
      [[[9, 'Gold\u200e']]],
      [[]],
    ] as [[number, string][]][])('sends nothing with a tag that is not the one in the question: %j', async (later) => {
      const actions = [{ action: 'add_tag', tag_name: 'Gold' }];
      const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'x' }], actions } };
      const content = { subscriber_id: maria, data };
      tagsAre([5, 'Gold']);
      const { requestState } = await server.call('manychat_send_content', content);
      tagsAre(...later);
      const result = await server.call('manychat_send_content', content, { requestState, ...accepted });
      expect(JSON.parse(result.content[0].text).error).toMatchObject({
        performed: 'no',
        message:
          'The user confirmed the tag "Gold" with id 5, but the name may mean another one now: call again, so that the user is asked again',
      });
      expect(sandbox.requests().some(({ path }) => path.endsWith('sendContent'))).toBe(false);
    });

    test('is not asked if two tags are shown so', async () => {
      const ids = [await createTag('Gold\u200e'), await createTag('Gold\u200f')];
      const result = await server.call('manychat_delete_tag_by_name', named);
      expect(JSON.parse(result.content[0].text).error).toMatchObject({
        kind: 'invalid_input',
        performed: 'no',
        message: expect.stringContaining(`2 tags are shown as "Gold" (id ${ids.join(', ')})`),
      });
      expect(deletions()).toEqual([]);
    });

    test('names the tags and fields of an action for many contacts', async () => {
      const id = await createTag('Gold\u200e');
      const many = { subscriber_ids: [maria, '123456789'], action: 'remove_tag', ...named };
      const { inputRequests } = await server.call('manychat_for_each_subscriber', many);
      expect(inputRequests.confirm.params.message).toContain(`Remove tag "Gold" (id ${id}) from 2 contacts`);
    });
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
