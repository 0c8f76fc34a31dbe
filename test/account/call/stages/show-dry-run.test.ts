import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effectRules } from '../../../../tools/contract/effect.js';
import { declarations } from '../../../../tools/index.js';
import { type Caller, createCaller } from '../../../support/caller.js';
import { maria } from '../../../support/people.js';
import { connectProgram, through } from '../../../support/program.js';
import { useSandbox } from '../../../support/sandboxed.js';

describe('what is not to be done', () => {
  const sandbox = useSandbox({ limits: false });
  let caller: Caller;
  beforeAll(() => {
    caller = createCaller({ ...through(sandbox.url, sandbox.matonKey), MANYCHAT_MCP_DRY_RUN: '1' });
  });
  afterAll(() => caller.close());
  const writes = () => sandbox.requests().filter(({ method }) => method !== 'GET');

  test('is not told as done when a later step of a dry run fails', async () => {
    const fields = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`text ${index}`, 'x']));
    const outcome = await caller.call('manychat_set_fields_and_send_flow', {
      subscriber_id: maria,
      fields: { ...fields, purchase_count: 'many' },
      flow_ns: 'content123456',
    });
    expect(outcome).toMatchObject({ ok: false, failure: { performed: 'no' } });
    expect(JSON.stringify(outcome)).not.toMatch(/Done|carried out/);
  });

  test('is shown as the exact request in a dry run, and what reads is done', async () => {
    expect(await caller.call('manychat_add_tag_to_subscriber', { subscriber_id: maria, tag_id: '1' })).toEqual({
      ok: true,
      result: {
        dry_run: true,
        requests: [
          {
            method: 'POST',
            url: `${sandbox.url}/manychat/fb/subscriber/addTag`,
            connection_id: sandbox.connectionId,
            body: { subscriber_id: maria, tag_id: 1 },
          },
        ],
      },
    });
    expect(await caller.call('manychat_get_page')).toMatchObject({
      ok: true,
      result: { page: { name: 'Sunrise Coffee' } },
    });
    expect(writes()).toEqual([]);
  });

  test('is shown step by step where a tool makes several requests', async () => {
    const fields = { purchase_count: '3' };
    const outcome = await caller.call('manychat_set_fields_and_send_flow', {
      subscriber_id: maria,
      fields,
      flow_ns: 'content123456',
    });
    expect(outcome).toMatchObject({
      ok: true,
      result: {
        dry_run: true,
        requests: [{ body: { fields: [{ field_value: 3 }] } }, { body: { flow_ns: 'content123456' } }],
        warnings: [expect.stringContaining('was changed to 3')],
      },
    });
    const many = {
      subscriber_ids: Array.from({ length: 50 }, (_, index) => String(index + 1)),
      action: 'send_text',
      text: 'x',
    };
    const told = await caller.call('manychat_for_each_subscriber', many);
    expect(told).toMatchObject({ ok: true, result: { dry_run: true, more_requests: 30 } });
    expect(writes()).toEqual([]);
  });

  test.each([
    { email: 'ada@example.com', has_opt_in_email: true },
    { whatsapp_phone: '+447700900123', whatsapp_field_id: 8 },
  ])('is all that is told of a contact that would be created: %j', async (contact) => {
    const outcome = await caller.call('manychat_find_or_create_subscriber', { ...contact, first_name: 'Ada' });
    const request = expect.objectContaining({ method: 'POST', url: expect.stringMatching(/createSubscriber$/) });
    expect(outcome).toEqual({ ok: true, result: { dry_run: true, requests: [request] } });
    expect(writes()).toEqual([]);
  });

  test('is shown for every tool that would change something, in the shape that the client was told', async () => {
    const env = { ...through(sandbox.url, sandbox.matonKey), MANYCHAT_MCP_DRY_RUN: '1' };
    const { client } = await connectProgram(env);
    await client.listTools();
    for (const { name, effect, example } of declarations) {
      const { isError, content } = await client.callTool({ name, arguments: { ...example } });
      const [first] = content;
      const text = first?.type === 'text' ? first.text : '';
      // The contact of that example is there already: nothing would be changed.
      const changes = !effectRules[effect].readOnly && name !== 'manychat_find_or_create_subscriber';
      if (changes) expect([name, isError ?? false, text.includes('"dry_run":true')]).toEqual([name, false, true]);
    }
    expect(writes()).toEqual([]);
    await client.close();
  });
});
