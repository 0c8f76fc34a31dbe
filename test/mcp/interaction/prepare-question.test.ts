import { describe, expect, test } from 'vitest';
import { plainTool } from '../../../src/account/policy/tool.js';
import { createQuestionPreparer, type QuestionSources } from '../../../src/mcp/interaction/prepare-question.js';
import { callError } from '../../../src/upstream/failures/call-error.js';
import type { Declaration } from '../../../tools/contract/endpoint.js';
import type { Result } from '../../../tools/contract/json.js';
import { deleteConnection } from '../../../tools/endpoints/connections.js';
import { sendFlow } from '../../../tools/endpoints/sending.js';
import { forEachSubscriber } from '../../../tools/workflows/for-each/for-each.js';
import { sendText } from '../../../tools/workflows/sending/send-text.js';
import { setFieldsAndSendFlow } from '../../../tools/workflows/sending/set-fields-and-send-flow.js';
import { followers, maria } from '../../support/people.js';

const { signal } = new AbortController();
const text = { subscriber_id: maria, text: 'Hi' };

/** A question preparer whose pipeline answers with `answer`; undefined makes the read fail. */
function preparer(
  answer: (name: string, input: Result) => Result | undefined,
  {
    connectionOf = async () => 'c-1' as string | undefined,
    ...settings
  }: Partial<QuestionSources['settings']> & { connectionOf?: () => Promise<string | undefined> } = {},
) {
  const reads: { name: string; connectionId: unknown; deadlineMs: unknown }[] = [];
  let time = 0;
  const prepare = createQuestionPreparer({
    principal: 'local',
    settings: { access: { mode: 'maton', key: 'k' }, deadlineMs: 10_000, ...settings },
    now: () => time,
    pipeline: {
      connectionOf,
      inputOf: async (_, given) => given,
      namesIn: async () => ({ meant: [], absent: [] }),
      async call(declaration, input, { connectionId, deadlineMs }) {
        reads.push({ name: declaration.name, connectionId, deadlineMs });
        time += 100;
        const result = answer(declaration.name, input);
        if (result === undefined) throw failure(declaration);
        return result;
      },
    },
  });
  return { prepare, reads };
}
const failure = (declaration: Declaration) =>
  callError('timeout', { declaration, direct: false }, { message: 'No answer', source: 'network' });

describe('names', () => {
  test('are read on the connection of the call, within a share of its time, which is deducted', async () => {
    const { prepare, reads } = preparer(() => ({}));
    expect(await prepare(plainTool(sendText), text, signal)).toEqual({
      text: expect.stringContaining('Send this text to contact'),
      connectionId: 'c-1',
      deadlineMs: 9_800,
      names: [],
    });
    expect(reads).toEqual([
      { name: 'manychat_get_page', connectionId: 'c-1', deadlineMs: 2_000 },
      { name: 'manychat_get_subscriber', connectionId: 'c-1', deadlineMs: 2_000 },
    ]);
  });

  test('take at most three reads: the page, a list, and contacts with the rest', async () => {
    const { prepare, reads } = preparer(() => ({}));
    const many = { subscriber_ids: followers(50) };
    await prepare(plainTool(forEachSubscriber), { ...many, action: 'send_flow', flow_ns: 'content1' }, signal);
    await prepare(plainTool(forEachSubscriber), { ...many, action: 'send_text', text: 'Hi' }, signal);
    await prepare(
      plainTool(setFieldsAndSendFlow),
      { subscriber_id: maria, fields: { a: '1' }, flow_ns: 'content1' },
      signal,
    );
    const [page, flows, contact] = ['manychat_get_page', 'manychat_list_flows', 'manychat_get_subscriber'];
    expect(reads.map(({ name }) => name)).toEqual([page, flows, contact, page, contact, contact, page, flows, contact]);
  });

  test('of a connection that the call is about are read through that one', async () => {
    const { prepare, reads } = preparer(() => ({ page: { name: 'Sunrise Coffee' } }));
    expect(await prepare(plainTool(deleteConnection), { connection_id: 'other' }, signal)).toMatchObject({
      text: expect.stringMatching(/^Disconnect page "Sunrise Coffee" \(connection other\) from/),
    });
    expect(reads).toEqual([{ name: 'manychat_get_page', connectionId: 'other', deadlineMs: 2_000 }]);
  });

  test('that cannot be read are replaced by the id, independently of each other', async () => {
    const { prepare } = preparer((name) =>
      name === 'manychat_list_flows' ? { flows: [{ ns: 'content1', name: 'Welcome' }] } : undefined,
    );
    const question = await prepare(plainTool(sendFlow), { subscriber_id: maria, flow_ns: 'content1' }, signal);
    expect(question).toMatchObject({
      text: expect.stringMatching(/^Start flow "Welcome" for contact 24958501110451908 on connection c-1\?/),
    });
  });
});

describe('there is no question', () => {
  test('about invalid arguments, or without a key', async () => {
    const { prepare, reads } = preparer(() => ({}));
    expect(await prepare(plainTool(sendText), { text: 'Hi' }, signal)).toBeUndefined();
    const without = preparer(() => ({}), { access: { mode: 'none', reason: 'no key' } });
    expect(await without.prepare(plainTool(sendText), text, signal)).toBeUndefined();
    expect([...reads, ...without.reads]).toEqual([]);
  });

  test('if the connection cannot be chosen: the failure says so', async () => {
    const connectionOf = async () => {
      throw callError(
        'ambiguous_connection',
        { declaration: sendText, direct: false },
        { message: 'two', source: 'client' },
      );
    };
    const { prepare, reads } = preparer(() => ({}), { connectionOf });
    expect(await prepare(plainTool(sendText), text, signal)).toMatchObject({
      failure: { kind: 'ambiguous_connection', performed: 'no' },
    });
    expect(reads).toEqual([]);
  });

  test('if it would be too long: the failure says so', async () => {
    const { prepare } = preparer(() => ({}));
    const fields = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`field_${index}`, 'value '.repeat(40)]),
    );
    expect(
      await prepare(plainTool(setFieldsAndSendFlow), { subscriber_id: maria, fields, flow_ns: 'content1' }, signal),
    ).toEqual({
      failure: {
        kind: 'invalid_input',
        message: expect.stringMatching(/would be too long to show: the limit is 4000 characters/),
        hint: expect.stringMatching(/^Nothing was done/),
        retryable: false,
        performed: 'no',
        source: 'client',
      },
    });
  });
});
