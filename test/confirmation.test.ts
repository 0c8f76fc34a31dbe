import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../src/sandbox/index.js';
import { createSeal } from '../src/seal.js';
import { program, through } from './support/program.js';

/** A question as the client is asked it. */
interface Asked {
  readonly mode?: string | undefined;
  readonly message: string;
  readonly url?: string | undefined;
}
type Answer = { action: 'accept' | 'decline' | 'cancel'; content?: { confirm: boolean } };
const yes: Answer = { action: 'accept', content: { confirm: true } };

describe.each([{ modern: false }, { modern: true }])('a client that can ask its user %j', ({ modern }) => {
  let sandbox: Sandbox;
  let client: Client;
  let asked: Asked[];
  beforeEach(async () => {
    sandbox = await startSandbox({ limits: false });
    asked = [];
  });
  afterEach(async () => {
    await client.close();
    await sandbox.close();
  });

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
  const text = { subscriber_id: '24958501110451908', text: 'Hi Maria' };

  test('is asked before something is destroyed, and it is done once', async () => {
    await connect(yes);
    expect(await call('manychat_delete_tag', { tag_id: 123 })).toEqual({ failed: false, answer: { ok: true } });
    expect(asked).toEqual([
      expect.objectContaining({ message: 'Delete tag everywhere?\n\ntag_id: 123\n\nThis cannot be undone.' }),
    ]);
    expect(requests('removeTag')).toBe(1);
  });

  test.each([[{ action: 'decline' }], [{ action: 'cancel' }], [{ action: 'accept', content: { confirm: false } }]] as [
    Answer,
  ][])('who answers %j is obeyed', async (answer) => {
    await connect(answer);
    const { failed, answer: told } = await call('manychat_delete_tag', { tag_id: 123 });
    expect(failed).toBe(true);
    expect(told.error).toMatchObject({
      kind: 'cancelled',
      performed: 'no',
      message: 'The user did not confirm the call',
    });
    expect(requests('removeTag')).toBe(0);
  });

  test('is not asked for a send unless that is wanted, nor for what would be refused', async () => {
    await connect(yes);
    await call('manychat_send_text', text);
    await call('manychat_delete_tag', { tag_id: 'x' });
    expect(asked).toEqual([]);
    expect(sandbox.messages()).toHaveLength(1);
  });

  test('is asked for a send with --confirm sends, with the text', async () => {
    await connect(yes, ['--confirm', 'sends']);
    expect((await call('manychat_send_text', text)).answer).toEqual({ ok: true });
    expect(asked[0]?.message).toBe('Send text?\n\nsubscriber_id: 24958501110451908\ntext: Hi Maria');
    expect(sandbox.messages()).toHaveLength(1);
  });

  test('is not asked with --confirm nothing', async () => {
    await connect(yes, ['--confirm', 'nothing']);
    expect((await call('manychat_delete_tag', { tag_id: 123 })).failed).toBe(false);
    expect(asked).toEqual([]);
  });

  test.each([[yes], [{ action: 'decline' }]] as [Answer][])(
    'gets the link of a new connection, which is made once, and its result whatever it answers %j',
    async (answer) => {
      await connect(answer);
      const { failed, answer: told } = await call('manychat_create_connection', {});
      expect(failed).toBe(false);
      expect(told.connection).toMatchObject({ status: 'PENDING', url: asked[0]?.url });
      expect(asked).toEqual([expect.objectContaining({ mode: 'url', url: expect.stringContaining('session_token') })]);
      expect(sandbox.requests().filter(({ method }) => method === 'POST')).toHaveLength(1);
    },
  );

  test('that cannot be asked calls as before', async () => {
    await connect(yes, ['--confirm', 'sends'], false);
    expect((await call('manychat_delete_tag', { tag_id: 123 })).answer).toEqual({ ok: true });
    expect((await call('manychat_send_text', text)).answer).toEqual({ ok: true });
    expect((await call('manychat_create_connection', {})).answer.connection.url).toContain('session_token');
  });
});

test('what goes through the client comes back unchanged or not at all', () => {
  const seal = createSeal();
  const sealed = seal.seal({ given: { tag_id: 1 } });
  expect(seal.open(sealed)).toEqual({ given: { tag_id: 1 } });
  const other = Buffer.from(JSON.stringify({ given: { tag_id: 2 } })).toString('base64url');
  for (const forged of [
    `${other}.${sealed.split('.')[1]}`,
    `${other}.`,
    other,
    '',
    undefined,
    7,
    createSeal().seal({}),
  ]) {
    expect(seal.open(forged)).toBeUndefined();
  }
});
