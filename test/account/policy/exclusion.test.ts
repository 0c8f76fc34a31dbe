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
const urlButton = (part: object) => ({ type: 'url', caption: 'Go', url: 'https://example.com', ...part });
const withButton = (button: object) => data({ messages: [{ ...text, buttons: [button] }] });
const withCard = (button: object) =>
  data({ messages: [{ type: 'cards', elements: [{ title: 'Shop', buttons: [button] }] }] });
const callback = { url: 'https://example.com/answer', method: 'post' };

/** For each capability, an action in content that has it. */
const contentActions: Partial<Record<Capability, object>> = {
  add_tag: { action: 'add_tag', tag_name: 'VIP' },
  remove_tag: { action: 'remove_tag', tag_name: 'VIP' },
  set_field: { action: 'set_field_value', field_name: 'coupon_code', value: 'TEN' },
  unset_field: { action: 'unset_field_value', field_name: 'coupon_code' },
};

/** Contents that have a capability, directly or through what they lead to. */
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
    withButton(urlButton({ actions })),
    withCard(urlButton({ actions })),
    data({ quick_replies: [{ ...callbackButton, actions }] }),
    ...callbacks,
  ];
}

/** For each capability, the actions of for_each that have it. */
const forEachActions: Partial<Record<Capability, readonly Result[]>> = {
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

/** Every call that has a capability although its tool has another purpose. */
function workarounds(capability: Capability): [string, Result][] {
  const contents = contentsFor(capability);
  const many = [
    ...(forEachActions[capability] ?? []),
    ...contents.map((each) => ({ action: 'send_content', data: each })),
  ];
  const whatsapp = { whatsapp_phone: '+34600111222' };
  const others: Partial<Record<Capability, [string, Result][]>> = {
    set_field: [
      [
        forEach,
        { items: [{ subscriber_id: john, fields: { coupon_code: 'TEN' } }], action: 'send_flow', flow_ns: flow },
      ],
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

/** The message of a refusal. For a callback it can name another capability with the same tools. */
const refusalFor = (capability: Capability): RegExp =>
  new RegExp(
    `^This call can .+, which this server does not do: --exclude-tools excludes ${toolsFor(capability).join(', ')}$`,
  );

const excluding = (...tools: readonly string[]) => ({ MANYCHAT_MCP_EXCLUDE_TOOLS: tools.join(',') });

describe('a capability whose tools are all excluded', () => {
  const sandbox = useSandbox({ limits: false });
  const write = useFolder();
  const callerWith = (settings: Record<string, string>) => createCaller({ ...pinnedTo(sandbox), ...settings });

  test.each(capabilityNames)('%s: is refused to every other tool before any request', async (capability) => {
    const tools = toolsFor(capability);
    const caller = callerWith(excluding(...tools));
    for (const [tool, args] of workarounds(capability)) {
      if (tools.some((each) => each === tool)) continue;
      expect(await caller.call(tool, args), `${tool} ${JSON.stringify(args)}`).toMatchObject({
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

  const withSeveralTools = capabilityNames.filter((each) => toolsFor(each).length > 1);
  test.each(withSeveralTools)('%s: is allowed while one of its tools is not excluded', async (capability) => {
    const [first, ...others] = toolsFor(capability);
    const caller = callerWith(excluding(...others));
    for (const [tool, args] of workarounds(capability)) {
      if (others.some((each) => each === tool) || tool === first) continue;
      const outcome = await caller.call(tool, args);
      expect(outcome.ok ? '' : outcome.failure.kind, `${tool} ${JSON.stringify(args)}`).not.toBe('permission_denied');
    }
    await caller.close();
  });

  test.each(capabilityNames)('%s: is refused to bulk', async (capability) => {
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
    for (const option of options) {
      await expect(runBulk(environment, path, option)).rejects.toThrow(refusalFor(capability));
    }
    expect(sandbox.requests()).toEqual([]);
  });

  test('is refused to bulk if the action comes from the table', async () => {
    const path = write('contacts.csv', `id,what\n${john},add_tag\n`);
    const content = data({ actions: [{ action: '{{what}}', tag_name: 'VIP' }] });
    const environment = { ...pinnedTo(sandbox), ...excluding(...toolsFor('add_tag')) };
    const { code, noted } = await runBulk(environment, path, { sendContent: write('c.json', JSON.stringify(content)) });
    expect(code).toBe(4);
    expect(noted).toContain('permission_denied: This call can add a tag to a contact');
    expect(sandbox.requests().filter(({ method }) => method === 'POST')).toEqual([]);
  });

  test('is not a capability whose tools were merely not chosen', async () => {
    const caller = callerWith({ MANYCHAT_MCP_TOOLS: forEach });
    for (const action of Object.values(forEachActions).flat()) {
      expect(await caller.call(forEach, { subscriber_ids: [john], ...action })).toMatchObject({ ok: true });
    }
    await caller.close();
  });

  describe('in content that is checked', () => {
    async function check(content: unknown) {
      const caller = callerWith(excluding(...toolsFor('add_tag')));
      const outcome = await caller.call('manychat_check_content', { data: content });
      await caller.close();
      return outcome.ok ? outcome.result : undefined;
    }
    const tagging = data({ actions: [{ action: 'add_tag', tag_name: 'VIP' }] });
    const refusal = [expect.stringMatching(/^This server would refuse to send it. This call can add a tag.*\.$/)];

    test('causes the warning that this server would refuse to send it', async () => {
      expect(await check(tagging)).toMatchObject({ valid: true, warnings: refusal });
    });

    test('causes the warning for content that is given as text too', async () => {
      expect(await check(JSON.stringify(tagging))).toMatchObject({
        valid: true,
        warnings: expect.arrayContaining(refusal),
      });
    });

    test('causes no warning if the content does not have it', async () => {
      expect(await check(data({}))).toEqual({
        valid: true,
        problems: [],
        channels: expect.arrayContaining(['messenger', 'whatsapp']),
        rendering: expect.anything(),
      });
    });
  });
});

describe('the capabilities of tools', () => {
  const names: readonly string[] = declarations.map(({ name }) => name);
  const tools = capabilityNames.flatMap((each) => toolsFor(each).map(String));

  test('cover exactly the tools that change something', () => {
    const changing = declarations.filter(({ effect }) => !effectRules[effect].readOnly).map(({ name }) => name);
    expect([...new Set(tools)].sort()).toEqual([...changing].sort());
    expect(names).toEqual(expect.arrayContaining(tools));
  });

  const refused = (action: Result, ...excluded: string[]) =>
    exclusionOf(configOf(excluding(...excluded)).account.policy, actionCapabilities(action)) !== undefined;
  const setFieldTools = toolsFor('set_field');
  const fields = { coupon_code: 'TEN' };
  test.each([
    [{ action: 'add_tag' }, ['add_tag_to_subscriber'], false],
    [{ action: 'add_tag' }, ['add_tag_to_subscriber', 'add_tag_to_subscriber_by_name'], true],
    [{ action: 'set_fields' }, setFieldTools.slice(1), false],
    [{ action: 'set_fields' }, setFieldTools, true],
    [{ action: 'send_text' }, ['send_text'], false],
    [{ action: 'send_text' }, ['send_text', 'send_content'], true],
    [{ action: 'send_content' }, ['send_content'], true],
    [{ action: 'send_flow' }, ['send_flow'], false],
    [{ action: 'send_flow' }, ['send_flow', 'set_fields_and_send_flow'], true],
    [{ action: 'send_flow' }, setFieldTools, false],
    [{ action: 'send_flow', fields }, setFieldTools, true],
    [{ action: 'send_flow', fields }, ['set_fields_and_send_flow'], false],
    [{ action: 'nothing_known' }, ['send_flow'], false],
  ] as [Result, string[], boolean][])('%j, with %j excluded, is refused: %j', (action, excluded, expected) => {
    expect(refused(action, ...excluded)).toBe(expected);
  });

  test('a refused call has no accepted input, so the user is not asked to confirm it', () => {
    const config = configOf({ MATON_API_KEY: 'k', ...excluding('send_text', 'send_content') });
    const tool = offeredTools(declarations, config.account).find(({ declaration }) => declaration.name === forEach);
    if (tool === undefined) throw new Error(`${forEach} is not offered`);
    const accepted = (action: object) => acceptedInput(tool, { subscriber_ids: [john], ...action });
    expect(accepted({ action: 'send_text', text: 'Hi' })).toBeUndefined();
    expect(accepted({ action: 'add_tag', tag_name: 'VIP' })).toBeDefined();
  });
});
