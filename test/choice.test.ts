import { describe, expect, test } from 'vitest';
import { refusedAction, toolsOfActions } from '../src/choice.js';
import { readConfig } from '../src/config.js';
import { isAcceptable } from '../src/input.js';
import { offeredTools } from '../src/tool.js';
import { actionNames } from '../tools/actions.js';
import { declarations } from '../tools/index.js';
import { createCaller } from './support/caller.js';
import { john } from './support/people.js';
import { pinnedTo } from './support/program.js';
import { useSandbox } from './support/sandboxed.js';

const forEach = 'manychat_for_each_subscriber';
const contacts = { subscriber_ids: [john] };
const actions = [
  { action: 'add_tag', tag_name: 'VIP' },
  { action: 'remove_tag', tag_name: 'VIP' },
  { action: 'set_fields', fields: { coupon_code: 'TEN' } },
  { action: 'send_text', text: 'Hi' },
  { action: 'send_content', data: [{ type: 'text', text: 'Hi' }] },
  { action: 'send_flow', flow_ns: 'content123456' },
  { action: 'send_flow', flow_ns: 'content123456', fields: { coupon_code: 'TEN' } },
];

describe('what is excluded is not done for many either', () => {
  const sandbox = useSandbox({ limits: false });
  const under = (settings: Record<string, string>) => createCaller({ ...pinnedTo(sandbox), ...settings });

  test.each(actions)('%j is refused without a request when every tool of its kind is', async (action) => {
    const excluded = Object.values(toolsOfActions).flat().join(',');
    const caller = under({ MANYCHAT_MCP_EXCLUDE_TOOLS: excluded });
    expect(await caller.call(forEach, { ...contacts, ...action })).toMatchObject({
      ok: false,
      failure: {
        kind: 'permission_denied',
        performed: 'no',
        source: 'client',
        message: expect.stringMatching(/^The action \w+ is not offered: --exclude-tools leaves out manychat_/),
      },
    });
    expect(sandbox.requests()).toEqual([]);
    await caller.close();
  });

  test.each(actions)('%j is done where only this tool was chosen', async (action) => {
    const caller = under({ MANYCHAT_MCP_TOOLS: forEach });
    expect(await caller.call(forEach, { ...contacts, ...action })).toMatchObject({ ok: true, result: { done: 1 } });
    await caller.close();
  });
});

describe('an action', () => {
  const refused = (action: object, ...excluded: string[]) =>
    refusedAction(readConfig({ MANYCHAT_MCP_EXCLUDE_TOOLS: excluded.join(',') }), { ...action });
  const [, , , , , flow, flowWithFields] = actions;

  test.each([
    ['add_tag', ['add_tag_to_subscriber'], false],
    ['add_tag', ['add_tag_to_subscriber', 'add_tag_to_subscriber_by_name'], true],
    ['remove_tag', ['remove_tag_from_subscriber', 'remove_tag_from_subscriber_by_name'], true],
    ['set_fields', ['set_custom_field', 'set_custom_field_by_name'], false],
    ['set_fields', ['set_custom_field', 'set_custom_field_by_name', 'set_custom_fields'], true],
    ['send_text', ['send_text'], false],
    ['send_text', ['send_text', 'send_content'], true],
    ['send_content', ['send_content'], true],
    ['send_flow', ['send_flow'], false],
    ['send_flow', ['send_flow', 'set_fields_and_send_flow'], true],
    ['nothing_known', ['send_flow'], false],
  ] as [string, string[], boolean][])('%s without %j: refused %j', (action, excluded, expected) => {
    expect(refused({ action }, ...excluded) !== undefined).toBe(expected);
  });

  test('that sets fields beside its flow needs a tool that does both, or one for each', () => {
    const setting = toolsOfActions.set_fields;
    expect(refused({ ...flowWithFields }, ...setting)).toBeUndefined();
    expect(refused({ ...flowWithFields }, 'set_fields_and_send_flow')).toBeUndefined();
    expect(refused({ ...flowWithFields }, 'set_fields_and_send_flow', ...setting)).toMatch(/set_custom_field/);
    expect(refused({ ...flow }, 'set_fields_and_send_flow', ...setting)).toBeUndefined();
  });

  test('stands for tools that exist', () => {
    const names = declarations.map(({ name }) => name);
    expect(Object.keys(toolsOfActions)).toEqual([...actionNames]);
    expect(names).toEqual(expect.arrayContaining(Object.values(toolsOfActions).flat()));
  });

  test('that is refused is not asked about', () => {
    const config = readConfig({ MATON_API_KEY: 'k', MANYCHAT_MCP_EXCLUDE_TOOLS: 'send_text,send_content' });
    const tool = offeredTools(declarations, config).find(({ declaration }) => declaration.name === forEach);
    const [given] = actions.filter(({ action }) => action === 'send_text');
    expect(tool !== undefined && isAcceptable(tool, { ...contacts, ...given })).toBe(false);
  });
});
