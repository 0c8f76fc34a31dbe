import { describe, expect, test } from 'vitest';
import { acceptedInput } from '../../../src/account/call/stages/read-arguments.js';
import { exclusionOf } from '../../../src/account/policy/exclusion.js';
import { offeredTools } from '../../../src/account/policy/tool.js';
import { type Capability, capabilityNames } from '../../../tools/contract/capabilities.js';
import { effectRules } from '../../../tools/contract/effect.js';
import type { Result } from '../../../tools/contract/json.js';
import { declarations, toolsFor } from '../../../tools/index.js';
import { actionCapabilities } from '../../../tools/workflows/for-each/action.js';
import { runBulk } from '../../support/bulk.js';
import { createCaller } from '../../support/caller.js';
import { configOf } from '../../support/config.js';
import { useFolder } from '../../support/folder.js';
import { john } from '../../support/people.js';
import { pinnedTo } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';

const forEach = 'manychat_for_each_subscriber';
const flow = 'content20240311101502_501223';
const text = { type: 'text', text: 'Hi' };
const data = (content: object) => ({ version: 'v2', content: { messages: [text], ...content } });
const pressed = (part: object) => ({ type: 'url', caption: 'Go', url: 'https://example.com', ...part });
const withButton = (button: object) => data({ messages: [{ ...text, buttons: [button] }] });
const withCard = (button: object) =>
  data({ messages: [{ type: 'cards', elements: [{ title: 'Shop', buttons: [button] }] }] });
const callback = { url: 'https://example.com/answer', method: 'post' };

/** An action of content for each capability that has one. */
const contentActions: Partial<Record<Capability, object>> = {
  add_tag: { action: 'add_tag', tag_name: 'VIP' },
  remove_tag: { action: 'remove_tag', tag_name: 'VIP' },
  set_field: { action: 'set_field_value', field_name: 'coupon_code', value: 'TEN' },
  unset_field: { action: 'unset_field_value', field_name: 'coupon_code' },
};

/** Content that does, or leads to, what a capability stands for. */
function contentsFor(capability: Capability): object[] {
  const action = contentActions[capability];
  const actions = [action];
  const flowButton = { type: 'flow', caption: 'Go', target: flow };
  const callbackButton = { type: 'dynamic_block_callback', caption: 'Go', ...callback };
  const callbacks = [withButton(callbackButton), data({ external_message_callback: callback })];
  if (capability === 'start_flow') {
    const buy = {
      type: 'buy',
      caption: 'Buy',
      customer: { shipping_address: false, contact_name: false, contact_phone: false },
      product: { label: 'Mug', cost: 900 },
      success_target: 'thanks',
    };
    return [
      withButton(flowButton),
      withCard(flowButton),
      withButton(buy),
      data({ quick_replies: [flowButton] }),
      ...callbacks,
    ];
  }
  if (action === undefined) return [];
  return [
    data({ actions }),
    withButton(pressed({ actions })),
    withCard(pressed({ actions })),
    data({ quick_replies: [{ ...callbackButton, actions }] }),
    ...callbacks,
  ];
}

const own: Partial<Record<Capability, readonly Result[]>> = {
  add_tag: [{ action: 'add_tag', tag_name: 'VIP' }],
  remove_tag: [{ action: 'remove_tag', tag_name: 'VIP' }],
  set_field: [
    { action: 'set_fields', fields: { coupon_code: 'TEN' } },
    { action: 'send_flow', flow_ns: flow, fields: { coupon_code: 'TEN' } },
  ],
  send_text: [{ action: 'send_text', text: 'Hi' }],
  send_content: [{ action: 'send_content', data: [text] }],
  start_flow: [{ action: 'send_flow', flow_ns: flow }],
};

/** Every way to do something by a tool that is there for something else. */
function waysAround(capability: Capability): [string, Result][] {
  const contents = contentsFor(capability);
  const many = [...(own[capability] ?? []), ...contents.map((each) => ({ action: 'send_content', data: each }))];
  const whatsapp = { whatsapp_phone: '+34600111222' };
  const others: Partial<Record<Capability, [string, Result][]>> = {
    set_field: [
      ['manychat_set_fields_and_send_flow', { subscriber_id: john, fields: { coupon_code: 'TEN' }, flow_ns: flow }],
      ['manychat_find_or_create_subscriber', { ...whatsapp, whatsapp_field_id: 8 }],
    ],
    update_contact: [['manychat_find_or_create_subscriber', whatsapp]],
    start_flow: [
      ['manychat_send_text', { subscriber_id: john, text: 'Hi', buttons: [{ caption: 'Go', flow_ns: flow }] }],
      ['manychat_send_text', { subscriber_id: john, text: 'Hi', quick_replies: [{ caption: 'Go', flow_ns: flow }] }],
    ],
  };
  return [
    ...contents.map((each): [string, Result] => ['manychat_send_content', { subscriber_id: john, data: each }]),
    ...contents.map((each): [string, Result] => [
      'manychat_send_content',
      { subscriber_id: john, data: JSON.stringify(each) },
    ]),
    ...contents.map((each): [string, Result] => [
      'manychat_send_content_by_user_ref',
      { user_ref: '123456', data: each },
    ]),
    ...many.map((each): [string, Result] => [forEach, { subscriber_ids: [john], ...each }]),
    ...(others[capability] ?? []),
  ];
}

/** The words of a refusal; a callback's can name something else that the same tools are there for. */
const refusalFor = (capability: Capability): RegExp =>
  new RegExp(
    `^This call can .+, which this server does not do: --exclude-tools excludes ${toolsFor(capability).join(', ')}$`,
  );

const excluding = (...tools: readonly string[]) => ({ MANYCHAT_MCP_EXCLUDE_TOOLS: tools.join(',') });

describe('what is excluded is not done in another way', () => {
  const sandbox = useSandbox({ limits: false });
  const write = useFolder();
  const under = (settings: Record<string, string>) => createCaller({ ...pinnedTo(sandbox), ...settings });

  test.each(capabilityNames)('%s: no tool does it, without a request', async (capability) => {
    const tools = toolsFor(capability);
    const caller = under(excluding(...tools));
    for (const [tool, given] of waysAround(capability)) {
      if (tools.some((each) => each === tool)) continue;
      expect(await caller.call(tool, given), `${tool} ${JSON.stringify(given)}`).toMatchObject({
        ok: false,
        failure: {
          kind: 'permission_denied',
          performed: 'no',
          source: 'client',
          message: expect.stringMatching(refusalFor(capability)),
        },
      });
    }
    expect(sandbox.requests()).toEqual([]);
    await caller.close();
  });

  test.each(capabilityNames)('%s: it is done as long as one tool is there for it', async (capability) => {
    const [first, ...others] = toolsFor(capability);
    if (others.length === 0) return;
    const caller = under(excluding(...others));
    for (const [tool, given] of waysAround(capability)) {
      if (others.some((each) => each === tool) || tool === first) continue;
      const outcome = await caller.call(tool, given);
      expect(outcome.ok ? '' : outcome.failure.kind, `${tool} ${JSON.stringify(given)}`).not.toBe('permission_denied');
    }
    await caller.close();
  });

  test.each(capabilityNames)('%s: bulk does not do it either', async (capability) => {
    const path = write('contacts.csv', `id\n${john}\n`);
    const environment = { ...pinnedTo(sandbox), ...excluding(...toolsFor(capability)) };
    const options = [
      ...contentsFor(capability).map((each, index) => ({ sendContent: write(`${index}.json`, JSON.stringify(each)) })),
      ...(capability === 'add_tag' ? [{ addTag: 'VIP' }] : []),
      ...(capability === 'remove_tag' ? [{ removeTag: 'VIP' }] : []),
      ...(capability === 'set_field'
        ? [{ setFields: 'coupon_code=id' }, { sendFlow: flow, setFields: 'coupon_code=id' }]
        : []),
      ...(capability === 'send_text' ? [{ sendText: 'Hi' }] : []),
      ...(capability === 'start_flow' ? [{ sendFlow: flow }] : []),
    ];
    for (const each of options) {
      await expect(runBulk(environment, path, each)).rejects.toThrow(refusalFor(capability));
    }
    expect(sandbox.requests()).toEqual([]);
  });

  test('bulk does not do it where the action itself stands in the table', async () => {
    const path = write('contacts.csv', `id,what\n${john},add_tag\n`);
    const content = data({ actions: [{ action: '{{what}}', tag_name: 'VIP' }] });
    const environment = { ...pinnedTo(sandbox), ...excluding(...toolsFor('add_tag')) };
    const { code, noted } = await runBulk(environment, path, { sendContent: write('c.json', JSON.stringify(content)) });
    expect(code).toBe(4);
    expect(noted).toContain('permission_denied: This call can add a tag to a contact');
    expect(sandbox.requests().filter(({ method }) => method === 'POST')).toEqual([]);
  });

  test('tools that were not chosen forbid nothing', async () => {
    const caller = under({ MANYCHAT_MCP_TOOLS: forEach });
    for (const action of Object.values(own).flat()) {
      expect(await caller.call(forEach, { subscriber_ids: [john], ...action })).toMatchObject({ ok: true });
    }
    await caller.close();
  });

  test('content is checked with a warning that it would be refused', async () => {
    const caller = under(excluding(...toolsFor('add_tag')));
    const check = async (content: unknown) => {
      const outcome = await caller.call('manychat_check_content', { data: content });
      return outcome.ok ? outcome.result : undefined;
    };
    const actions = [{ action: 'add_tag', tag_name: 'VIP' }];
    const refused = [expect.stringMatching(/^This server would refuse to send it. This call can add a tag.*\.$/)];
    expect(await check(data({ actions }))).toMatchObject({ valid: true, warnings: refused });
    expect(await check(JSON.stringify(data({ actions })))).toMatchObject({
      valid: true,
      warnings: expect.arrayContaining(refused),
    });
    expect(await check(data({}))).toEqual({ valid: true, problems: [], rendering: expect.anything() });
    await caller.close();
  });
});

describe('the capabilities', () => {
  const names: readonly string[] = declarations.map(({ name }) => name);
  const purposes = capabilityNames.map((each) => toolsFor(each).map(String));

  test('hold every tool that changes something, and no other', () => {
    const changing = declarations.filter(({ effect }) => !effectRules[effect].readOnly).map(({ name }) => name);
    expect([...new Set(purposes.flat())].sort()).toEqual([...changing].sort());
    expect(names).toEqual(expect.arrayContaining(purposes.flat()));
  });

  const refused = (action: Result, ...excluded: string[]) =>
    exclusionOf(configOf(excluding(...excluded)).account.policy, actionCapabilities(action)) !== undefined;
  const setting = toolsFor('set_field');
  const fields = { coupon_code: 'TEN' };
  test.each([
    [{ action: 'add_tag' }, ['add_tag_to_subscriber'], false],
    [{ action: 'add_tag' }, ['add_tag_to_subscriber', 'add_tag_to_subscriber_by_name'], true],
    [{ action: 'set_fields' }, setting.slice(1), false],
    [{ action: 'set_fields' }, setting, true],
    [{ action: 'send_text' }, ['send_text'], false],
    [{ action: 'send_text' }, ['send_text', 'send_content'], true],
    [{ action: 'send_content' }, ['send_content'], true],
    [{ action: 'send_flow' }, ['send_flow'], false],
    [{ action: 'send_flow' }, ['send_flow', 'set_fields_and_send_flow'], true],
    [{ action: 'send_flow' }, setting, false],
    [{ action: 'send_flow', fields }, setting, true],
    [{ action: 'send_flow', fields }, ['set_fields_and_send_flow'], false],
    [{ action: 'nothing_known' }, ['send_flow'], false],
  ] as [Result, string[], boolean][])('%j without %j: refused %j', (action, excluded, expected) => {
    expect(refused(action, ...excluded)).toBe(expected);
  });

  test('what is refused is not asked about', () => {
    const config = configOf({ MATON_API_KEY: 'k', ...excluding('send_text', 'send_content') });
    const tool = offeredTools(declarations, config.account).find(({ declaration }) => declaration.name === forEach);
    const given = { subscriber_ids: [john], action: 'send_text', text: 'Hi' };
    expect(tool && acceptedInput(tool, given)).toBeUndefined();
  });
});
