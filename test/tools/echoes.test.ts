import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../tools/contract/json.js';
import { drivenClock } from '../support/driven.js';
import { john, maria } from '../support/people.js';
import { requesting } from '../support/requesting.js';
import { lost, useCaller } from '../support/sandboxed.js';
import { accepted } from '../support/sent.js';

const text = (words: string) => ({ version: 'v2', content: { messages: [{ type: 'text', text: words }] } });
const flow = 'content20240311101502_501223';
const fields = [
  { field_id: '2', field_value: '7' },
  { field_name: 'birthday', field_value: '1990-04-12' },
];

interface Write {
  readonly args: Result;
  /** The last segments of the paths that the call requests. */
  readonly requests: readonly string[];
  /** What the result says if nothing was read before, and what else or instead if everything was. */
  readonly echo: Result;
  readonly known?: Result;
}

const types = 'getCustomFields';
const botTypes = 'getBotFields';
const toMaria = { subscriber_id: maria };
const byName = { contact: 'Maria Garcia', subscriber_id: undefined };

/** Every write whose response does not show what was written. */
const writes: Readonly<Record<string, Write>> = {
  delete_tag: {
    args: { tag_id: 123 },
    requests: ['removeTag'],
    echo: { tag_id: '123' },
    known: { tag: 'Old Tag', tag_id: undefined },
  },
  delete_tag_by_name: { args: { tag_name: 'Old Tag' }, requests: ['removeTagByName'], echo: { tag: 'Old Tag' } },
  add_tag_to_subscriber: {
    args: { ...toMaria, tag_id: 3 },
    requests: ['addTag'],
    echo: { ...toMaria, tag_id: '3' },
    known: { ...byName, tag: 'Newsletter', tag_id: undefined },
  },
  add_tag_to_subscriber_by_name: {
    args: { ...toMaria, tag_name: 'VIP' },
    requests: ['addTagByName'],
    echo: { ...toMaria, tag: 'VIP' },
    known: byName,
  },
  remove_tag_from_subscriber: {
    args: { ...toMaria, tag_id: 1 },
    requests: ['removeTag'],
    echo: { ...toMaria, tag_id: '1' },
    known: { ...byName, tag: 'VIP', tag_id: undefined },
  },
  remove_tag_from_subscriber_by_name: {
    args: { ...toMaria, tag_name: 'VIP' },
    requests: ['removeTagByName'],
    echo: { ...toMaria, tag: 'VIP' },
    known: byName,
  },
  set_custom_field: {
    args: { ...toMaria, field_id: 2, field_value: '13' },
    requests: [types, 'setCustomField'],
    echo: { ...toMaria, field: 'purchase_count', value: 13 },
    known: { ...byName, was: 12 },
  },
  set_custom_field_by_name: {
    args: { ...toMaria, field_name: 'favourite_roast', field_value: '' },
    requests: [types, 'setCustomFieldByName'],
    echo: { ...toMaria, field: 'favourite_roast', emptied: true },
    known: { ...byName, was: 'dark' },
  },
  set_custom_fields: {
    args: { ...toMaria, fields },
    requests: [types, 'setCustomFields'],
    echo: {
      ...toMaria,
      fields: [
        { field: 'purchase_count', value: 7 },
        { field: 'birthday', value: '1990-04-12' },
      ],
    },
    known: {
      ...byName,
      fields: [
        { field: 'purchase_count', value: 7, was: 12 },
        { field: 'birthday', value: '1990-04-12' },
      ],
    },
  },
  // The list of bot fields, which is read for their types, has their values.
  set_bot_field: {
    args: { field_id: 2, field_value: '42' },
    requests: [botTypes, 'setBotField'],
    echo: { field: 'counter', value: 42, was: 0 },
  },
  set_bot_field_by_name: {
    args: { field_name: 'shop_name', field_value: 'Sunset Coffee' },
    requests: [botTypes, 'setBotFieldByName'],
    echo: { field: 'shop_name', value: 'Sunset Coffee', was: 'Sunrise Coffee' },
  },
  set_bot_fields: {
    args: { fields: [{ field_name: 'is_open', field_value: 'false' }] },
    requests: [botTypes, 'setBotFields'],
    echo: { fields: [{ field: 'is_open', value: false, was: true }] },
  },
  verify_subscriber: {
    args: { ...toMaria, signed_request: 'signed_request_token' },
    requests: ['verifyBySignedRequest'],
    echo: toMaria,
    known: byName,
  },
  send_text: {
    args: { ...toMaria, text: 'Hello', channel: 'messenger' },
    requests: ['sendContent'],
    echo: { ...toMaria, channel: 'messenger', messages: 1, status: accepted },
    known: byName,
  },
  send_content: {
    args: {
      ...toMaria,
      data: { version: 'v2', content: { ...text('Hi').content, actions: [{ action: 'add_tag', tag_name: 'VIP' }] } },
    },
    requests: ['sendContent'],
    echo: { ...toMaria, channel: 'messenger', messages: 1, actions: ['add_tag "VIP"'], status: accepted },
    known: byName,
  },
  send_content_by_user_ref: {
    args: { user_ref: '-1543835812530302162', data: text('Hi') },
    requests: ['sendContentByUserRef'],
    echo: { user_ref: '-1543835812530302162', channel: 'messenger', messages: 1, status: accepted },
    known: { contact: 'Maria Garcia', user_ref: undefined },
  },
  send_flow: {
    args: { ...toMaria, flow_ns: flow },
    requests: ['sendFlow'],
    echo: { ...toMaria, flow, status: accepted },
    known: { ...byName, flow: 'Say this' },
  },
  set_fields_and_send_flow: {
    args: { ...toMaria, fields: [{ field_name: 'purchase_count', field_value: '8' }], flow_ns: flow },
    requests: [types, 'setCustomFields', 'sendFlow'],
    echo: { ...toMaria, fields: [{ field: 'purchase_count', value: 8 }], flow, status: accepted },
    known: { ...byName, fields: [{ field: 'purchase_count', value: 8, was: 12 }], flow: 'Say this' },
  },
  delete_connection: {
    args: {},
    requests: [''],
    echo: {},
    known: { page: 'Sunrise Coffee', connection_id: undefined },
  },
};

const withoutUndefined = (result: Result): Result => JSON.parse(JSON.stringify(result));

describe('what a write did', () => {
  const clock = drivenClock();
  const used = useCaller({ clock });
  const newRequests = async (work: () => Promise<unknown>): Promise<(string | undefined)[]> => {
    const before = used.paths().length;
    await work();
    return used.paths().slice(before);
  };
  /** Caches of types and of what was seen belong to the account, which lives for all of the tests. */
  const forget = (): void => clock.advance(3_600_001);
  const argsOf = (tool: string, args: Result): Result =>
    tool === 'delete_connection' ? { connection_id: used.sandbox.connectionId } : args;

  test('is in the result of every tool that writes', () => {
    const shown = requesting.filter(({ effect, output: { schema } }) => effect !== 'read' && 'ok' in schema.shape);
    expect(Object.keys(writes).toSorted()).toEqual(shown.map(({ name }) => name.slice('manychat_'.length)).toSorted());
    // The others return the thing that they created or changed, or count what they did.
    const others = requesting.filter(({ effect, output: { schema } }) => effect !== 'read' && !('ok' in schema.shape));
    expect(others.map(({ output: { schema } }) => Object.keys(schema.shape)[0]).toSorted()).toEqual([
      'accepted',
      'bot_field',
      'connection',
      'custom_field',
      'subscriber',
      'subscriber',
      'subscriber',
      'tag',
    ]);
  });

  test.each(Object.entries(writes))(
    '%s tells it by ids if nothing was read before, without a request for it',
    async (tool, write) => {
      forget();
      const { args, requests, echo } = write;
      let result: Result = {};
      const made = await newRequests(async () => {
        result = await used.result(`manychat_${tool}`, argsOf(tool, args));
      });
      if (tool !== 'delete_connection') {
        expect(made).toEqual(requests);
        expect(result).toEqual({ ok: true, ...echo });
      } else {
        expect(made).toHaveLength(1);
        expect(result).toEqual({ ok: true, connection_id: used.sandbox.connectionId });
      }
    },
  );

  test.each(Object.entries(writes))('%s tells it by names that an earlier result showed', async (tool, write) => {
    forget();
    for (const list of ['list_tags', 'list_flows', 'list_bot_fields', 'list_custom_fields', 'get_page'])
      await used.result(`manychat_${list}`);
    await used.result('manychat_find_subscribers_by_name', { name: 'Maria Garcia' });
    const { args, requests, echo, known = {} } = write;
    let result: Result = {};
    const made = await newRequests(async () => {
      result = await used.result(`manychat_${tool}`, argsOf(tool, args));
    });
    expect(made.length).toBeLessThanOrEqual(requests.length);
    expect(result).toEqual(withoutUndefined({ ok: true, ...echo, ...known }));
    expect(encode(JSON.stringify(result)).length).toBeLessThanOrEqual(60);
  });
});

describe('the value that a write replaced', () => {
  const clock = drivenClock();
  const used = useCaller({ clock });
  const set = (value: unknown) =>
    used.result('manychat_set_custom_field_by_name', {
      subscriber_id: maria,
      field_name: 'Favourite_Roast',
      field_value: value,
    });
  const look = () => used.result('manychat_get_subscriber', { subscriber_id: maria });

  test('is told if it was read within the last minute, and no write came in between', async () => {
    await look();
    expect(await set('light')).toMatchObject({ value: 'light', was: 'dark' });
    expect(await set('medium')).not.toHaveProperty('was');
    await look();
    expect(await set('dark')).toMatchObject({ was: 'medium' });
    await look();
    clock.advance(60_001);
    expect(await set('light')).not.toHaveProperty('was');
    await look();
    await used.result('manychat_send_flow', { subscriber_id: maria, flow_ns: flow });
    expect(await set('medium')).not.toHaveProperty('was');
  });

  test('is not told after a write whose outcome is unknown, nor from another contact', async () => {
    await look();
    used.sandbox.injectFault({ ...lost('setCustomFieldByName', true), times: 20 });
    await used.failure('manychat_set_custom_field_by_name', {
      subscriber_id: maria,
      field_name: 'favourite_roast',
      field_value: 'light',
    });
    used.sandbox.clearFaults();
    expect(await set('medium')).not.toHaveProperty('was');
    await look();
    const other = { subscriber_id: john, field_name: 'favourite_roast', field_value: 'light' };
    expect(await used.result('manychat_set_custom_field_by_name', other)).not.toHaveProperty('was');
  });

  test('and the new one are cut to 120 characters, with a mark', async () => {
    await set('é'.repeat(900));
    await look();
    const mark = '… [first 120 of 900 characters]';
    expect(await set('🙂'.repeat(450))).toMatchObject({
      value: `${'🙂'.repeat(60)}${mark}`,
      was: `${'é'.repeat(120)}${mark}`,
    });
  });
});
