import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, createCaller } from '../../../support/caller.js';
import { maria } from '../../../support/people.js';
import { through } from '../../../support/program.js';
import { useSandbox } from '../../../support/sandboxed.js';

describe('a dry run', () => {
  const sandbox = useSandbox({ limits: false });
  let caller: Caller;
  beforeAll(() => {
    caller = createCaller({ ...through(sandbox.url, sandbox.matonKey), MANYCHAT_MCP_DRY_RUN: '1' });
  });
  afterAll(() => caller.close());
  const writes = () => sandbox.requests().filter(({ method }) => method !== 'GET');

  test('reports no step as done if a later step fails', async () => {
    // One request takes 20 fields, so the one that does not fit its type is in the second step.
    const fields = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`text ${index}`, 'x']));
    const outcome = await caller.call('manychat_set_fields_and_send_flow', {
      subscriber_id: maria,
      fields: { ...fields, purchase_count: 'many' },
      flow_ns: 'content123456',
    });
    expect(outcome).toMatchObject({ ok: false, failure: { performed: 'no' } });
    expect(JSON.stringify(outcome)).not.toMatch(/Done|carried out/);
  });

  test('shows the exact request of a call that changes something, and does not make it', async () => {
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
    expect(writes()).toEqual([]);
  });

  test('carries out a call that only reads', async () => {
    expect(await caller.call('manychat_get_page')).toMatchObject({
      ok: true,
      result: { page: { name: 'Sunrise Coffee' } },
    });
  });

  test('shows each request of a workflow, with the values that fit the fields', async () => {
    const fields = { purchase_count: '03' };
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
    expect(writes()).toEqual([]);
  });

  test('shows the first 20 of 50 requests and counts the others', async () => {
    const subscriber_ids = Array.from({ length: 50 }, (_, index) => String(index + 1));
    const many = { subscriber_ids, action: 'send_text', text: 'x' };
    const outcome = await caller.call('manychat_for_each_subscriber', many);
    expect(outcome).toMatchObject({ ok: true, result: { dry_run: true, more_requests: 30 } });
    expect(outcome.ok && outcome.result.requests).toHaveLength(20);
    expect(writes()).toEqual([]);
  });

  test.each([
    { email: 'ada@example.com', has_opt_in_email: true },
    { whatsapp_phone: '+447700900123', whatsapp_field_id: 8 },
  ])('shows only the creation of a contact that does not exist: %j', async (contact) => {
    const outcome = await caller.call('manychat_find_or_create_subscriber', { ...contact, first_name: 'Ada' });
    const request = expect.objectContaining({ method: 'POST', url: expect.stringMatching(/createSubscriber$/) });
    expect(outcome).toEqual({ ok: true, result: { dry_run: true, requests: [request] } });
    expect(writes()).toEqual([]);
  });
});
