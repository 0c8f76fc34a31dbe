import { describe, expect, test } from 'vitest';
import { maria } from '../../../support/people.js';
import { useCaller } from '../../../support/sandboxed.js';

const used = useCaller({ random: () => 0 });

/** Arguments as they come from a client. `KEY` becomes the key `__proto__`, which an object only gets from parsed JSON. */
const withProto = (json: string): object => JSON.parse(json.replaceAll('KEY', '"__proto__": {"polluted": true}'));

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const message = '{"type": "text", "text": "hi", KEY}';

describe('the key __proto__, which zod would drop silently,', () => {
  test.each([
    ['manychat_get_page', '{KEY}', 'the key "__proto__" is not accepted'],
    ['manychat_send_flow', `{"subscriber_id": "${maria}", "flow_ns": {"x": [1, {KEY}]}}`, 'flow_ns.x[1]'],
    [
      'manychat_set_fields_and_send_flow',
      `{"subscriber_id": "${maria}", "flow_ns": "content1", "fields": {KEY}}`,
      'fields',
    ],
    [
      'manychat_send_content',
      `{"subscriber_id": "${maria}", "data": {"version": "v2", "content": {"messages": [${message}]}}}`,
      'data.content.messages[0]',
    ],
    ['manychat_create_connection', '{"a": {KEY}}', 'a: the key "__proto__" is not accepted'],
  ])('is refused by %s in %s', async (tool, json, place) => {
    const failure = await used.failure(tool, withProto(json));
    expect(failure).toMatchObject({ kind: 'invalid_input', performed: 'no', source: 'client' });
    expect(failure.message).toContain(place);
    expect(failure.message).toMatch(/the key "__proto__" is not accepted$/);
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('is refused in content that is given as text, by the send and by the check', async () => {
    const data = `[${message}]`.replace('KEY', '"__proto__": 1');
    const failure = await used.failure('manychat_send_content', { subscriber_id: maria, data });
    expect(failure).toMatchObject({ kind: 'invalid_content', performed: 'no' });
    expect(failure.message).toBe('data[0]: the key "__proto__" is not accepted');
    const checked = await used.result('manychat_check_content', { data });
    expect(checked).toMatchObject({ valid: false, problems: [failure.message] });
    expect(used.sandbox.requests()).toEqual([]);
  });
});

describe('arguments that are nested more than 50 levels deep', () => {
  test.each([51, 20_000])('are refused as text of %i levels, by the send and by the check', async (levels) => {
    const data = deep(levels);
    const failure = await used.failure('manychat_send_content', { subscriber_id: maria, data });
    expect(failure).toMatchObject({ kind: 'invalid_content', message: 'data: is nested more than 50 levels deep' });
    const checked = await used.result('manychat_check_content', { data });
    expect(checked).toMatchObject({ valid: false, problems: [failure.message] });
    const text = JSON.stringify(JSON.stringify(data));
    expect(await used.failure('manychat_send_content', { subscriber_id: maria, data: text })).toMatchObject({
      kind: 'invalid_content',
    });
  });

  test('are refused as an object', async () => {
    const failure = await used.failure('manychat_send_content', { subscriber_id: maria, data: JSON.parse(deep(200)) });
    expect(failure).toMatchObject({
      kind: 'invalid_input',
      message: 'the arguments are nested more than 50 levels deep',
    });
  });
});
