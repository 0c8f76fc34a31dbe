import { describe, expect, onTestFinished, test } from 'vitest';
import { asObject, toList } from '../../tools/contract/json.js';
import { createCaller } from '../support/caller.js';
import { drivenClock } from '../support/driven.js';
import { aisha, lukas, maria, tom } from '../support/people.js';
import { pinnedTo, through } from '../support/program.js';
import { sandboxed } from '../support/sandboxed.js';

const find = 'manychat_find_subscribers';
const field = 'field "wa_number"';

/** A caller that has not found out anything yet. */
async function fresh(environment: Record<string, string> = {}) {
  const clock = drivenClock();
  const { sandbox } = await sandboxed({ limits: false, clock: clock.wallClock });
  const caller = createCaller({ ...pinnedTo(sandbox), ...environment }, { clock, random: () => 0 });
  onTestFinished(() => caller.close());
  async function result(tool: string, args: object) {
    const outcome = await caller.call(tool, args);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
    return outcome.result;
  }
  return {
    sandbox,
    clock,
    result,
    setField: (subscriber_id: string, field_value: string, field_id = 8) =>
      result('manychat_set_custom_field', { subscriber_id, field_id, field_value }),
    async find(query: string) {
      const before = sandbox.requests().length;
      const all = await result(find, { queries: [query] });
      const [answer = {}] = (toList(all.results) ?? []).map(asObject);
      const matches = (toList(answer.matches) ?? []).map(asObject);
      return {
        answer,
        warnings: all.warnings,
        found: Object.fromEntries(matches.map(({ id, matched_by }) => [String(id), matched_by])),
        asked: sandbox
          .requests()
          .slice(before)
          .map(({ path, query: parameters }) => [path.split('/').at(-1), ...Object.values(parameters)].join(' ')),
      };
    },
  };
}

describe('a WhatsApp number', () => {
  test.each([
    '+972 50-123-4567',
    '00972501234567',
    '972501234567',
    'https://wa.me/972501234567',
    'WhatsApp: +972501234567',
  ])('%j is found in the field that holds the numbers, which is then known', async (query) => {
    const account = await fresh();
    const first = await account.find(query);
    expect(first.found).toEqual({ [aisha]: `WhatsApp number 972501234567 in ${field}` });
    expect(first.asked.length).toBeLessThanOrEqual(4);
    const again = await account.find(query);
    expect(again.found).toEqual(first.found);
    expect(again.asked).toContain('findByCustomField 8 972501234567');
    // Only a text with a colon can name a field.
    if (!query.includes(':') || query.startsWith('https')) expect(again.asked).not.toContain('getCustomFields');
  });

  test('is looked for in the field that any contact shows to hold numbers, in its form', async () => {
    const account = await fresh();
    await account.result('manychat_create_custom_field', { caption: 'Kontakt', type: 'text' });
    const fields = toList((await account.result('manychat_list_custom_fields', {})).custom_fields) ?? [];
    const id = Number(asObject(fields.find((each) => asObject(each).name === 'Kontakt')).id);
    await account.setField(lukas, '+4915112345678', id);
    expect((await account.find(lukas)).found).toEqual({ [lukas]: 'id' });
    const { found, asked } = await account.find('+4915112345678');
    expect(found).toEqual({ [lukas]: 'WhatsApp number +4915112345678 in field "Kontakt"' });
    expect(asked).toEqual([
      'findBySystemField +4915112345678',
      `findByCustomField ${id} +4915112345678`,
      'findBySystemField 4915112345678',
    ]);
  });

  test('is looked for in a better field, if one contact happens to have its own in another', async () => {
    const account = await fresh();
    await account.setField(lukas, '4915112345678', 1);
    expect((await account.find(lukas)).found).toEqual({ [lukas]: 'id' });
    const { found, asked } = await account.find('+972501234567');
    expect(found).toEqual({ [aisha]: `WhatsApp number 972501234567 in ${field}` });
    expect(asked.slice(0, 4)).toEqual([
      'findBySystemField +972501234567',
      'findByCustomField 1 972501234567',
      'getCustomFields',
      'findByCustomField 8 972501234567',
    ]);
    expect((await account.find('+972501234567')).asked).not.toContain('findByCustomField 1 972501234567');
  });

  test.each(['wa_number', 'WA Number', '8'])(
    'is found in the field %j of the settings, which needs no confirmation',
    async (setting) => {
      const account = await fresh({ MANYCHAT_MCP_WHATSAPP_FIELD: setting });
      await account.setField(tom, '+34600111222');
      const { found, asked } = await account.find('+34600111222');
      expect(found).toEqual({ [tom]: `WhatsApp number +34600111222 in ${field}` });
      expect(asked).toEqual([
        'findBySystemField +34600111222',
        'getCustomFields',
        'findByCustomField 8 34600111222',
        'findByCustomField 8 +34600111222',
      ]);
    },
  );

  test('says that the settings name no field', async () => {
    const account = await fresh({ MANYCHAT_MCP_WHATSAPP_FIELD: 'wa' });
    const { found, warnings } = await account.find('+972501234567');
    expect(found).toEqual({ [aisha]: `WhatsApp number 972501234567 in ${field}` });
    expect(warnings).toEqual(['MANYCHAT_MCP_WHATSAPP_FIELD, "wa", names no custom field.']);
  });

  test('of a mobile in Brazil is found with and without its ninth digit', async () => {
    const account = await fresh({ MANYCHAT_MCP_WHATSAPP_FIELD: 'wa_number' });
    await account.setField(tom, '555191234567');
    expect((await account.find('+55 51 99123-4567')).found).toEqual({
      [tom]: `WhatsApp number 555191234567 in ${field}`,
    });
  });
});

describe('a contact is not counted', () => {
  test('if its WhatsApp number is another one than its field says', async () => {
    const account = await fresh({ MANYCHAT_MCP_WHATSAPP_FIELD: 'wa_number' });
    await account.setField(lukas, '34600111222');
    const { found, answer } = await account.find('+34600111222');
    expect(found).toEqual({});
    expect(answer.uncounted).toEqual([
      expect.stringContaining('whose whatsapp_phone is "4915112345678", although its field "wa_number" has the number'),
    ]);
  });

  test('if a field that is not known to hold WhatsApp numbers has it', async () => {
    const account = await fresh();
    await account.setField(maria, '34600111222');
    const { found, answer } = await account.find('+34600111222');
    expect(found).toEqual({});
    expect(answer.why_none).toContain('no custom field is known to hold the numbers');
    expect(answer.uncounted).toEqual([
      expect.stringContaining(`contact ${maria} ("Maria Garcia"), whose field "wa_number" has the number`),
    ]);
  });

  test('if its field has only digits that may be a national number', async () => {
    const account = await fresh({ MANYCHAT_MCP_WHATSAPP_FIELD: 'wa_number' });
    await account.setField(maria, '2025550123');
    expect((await account.find('+20 255 501 23')).found).toEqual({});
    const { found, answer } = await account.find('+2025550123');
    expect(found).toEqual({});
    expect(answer.uncounted).toEqual([expect.stringContaining('without its + and country code')]);
  });
});

test('a field that is gone is forgotten', async () => {
  const account = await fresh();
  await account.find('+972501234567');
  account.sandbox.injectFault({
    match: { path: 'findByCustomField' },
    times: 2,
    status: 400,
    body: { status: 'error', message: 'Field not found' },
  });
  expect((await account.find('+972501234567')).found).toEqual({});
  expect((await account.find('+972501234567')).asked).toContain('getCustomFields');
});

test('what is known of the fields of one connection says nothing about another', async () => {
  const clock = drivenClock();
  const { sandbox } = await sandboxed({ limits: false, secondConnection: 'ACTIVE', clock: clock.wallClock });
  const caller = createCaller(through(sandbox.url, sandbox.matonKey), { clock, random: () => 0 });
  onTestFinished(() => caller.close());
  const ask = async (connection_id: string) => {
    const outcome = await caller.call(find, { queries: ['+972501234567'], connection_id });
    return outcome.ok ? asObject((toList(outcome.result.results) ?? [])[0]).matches : outcome.failure;
  };
  expect(await ask(sandbox.connectionId)).toHaveLength(1);
  const before = sandbox.requests().length;
  expect(await ask(sandbox.secondConnectionId)).toBeUndefined();
  const asked = sandbox.requests().slice(before);
  expect(asked.map(({ path }) => path.split('/').at(-1))).toContain('getCustomFields');
  expect(new Set(asked.map(({ headers }) => headers['maton-connection']))).toEqual(
    new Set([sandbox.secondConnectionId]),
  );
});
