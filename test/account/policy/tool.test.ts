import { describe, expect, test } from 'vitest';
import { offeredTools } from '../../../src/account/policy/tool.js';
import { offerFor } from '../../../src/mcp/listing/offer.js';
import { effectRules } from '../../../tools/contract/effect.js';
import { declarations, toolsets, toolsetsOf } from '../../../tools/index.js';
import { configOf } from '../../support/config.js';
import { requesting } from '../../support/requesting.js';

/** The names of the tools that an account with a key and this environment is offered. */
const offered = (environment: Record<string, string>): string[] =>
  offeredTools(declarations, configOf({ MATON_API_KEY: 'k', ...environment }).account).map(
    ({ declaration }) => declaration.name,
  );

const namesOf = (tools: readonly { readonly name: string }[]): string[] => tools.map(({ name }) => name);

const readers = requesting.filter(({ effect }) => effectRules[effect].readOnly);

describe('the offered tools', () => {
  test.each([
    [{}, namesOf(requesting)],
    [{ MANYCHAT_MCP_TOOLSETS: 'page, flows' }, namesOf([...toolsets.page, ...toolsets.flows])],
    [
      { MANYCHAT_MCP_TOOLSETS: 'essentials, page' },
      namesOf(requesting.filter((tool) => /essentials|page/.test(toolsetsOf(tool).join()))),
    ],
    [{ MANYCHAT_MCP_TOOLS: 'send_text,manychat_get_page' }, ['manychat_get_page', 'manychat_send_text']],
    [
      { MANYCHAT_MCP_TOOLSETS: 'flows', MANYCHAT_MCP_TOOLS: 'get_page' },
      ['manychat_get_page', ...namesOf(toolsets.flows)],
    ],
    [
      { MANYCHAT_MCP_TOOLSETS: 'page', MANYCHAT_MCP_EXCLUDE_TOOLS: 'get_page,list_otn_topics' },
      namesOf(toolsets.page).filter((name) => !/^manychat_(get_page|list_otn_topics)$/.test(name)),
    ],
    [{ MANYCHAT_MCP_TOOLS: 'get_page', MANYCHAT_MCP_EXCLUDE_TOOLS: 'get_page' }, []],
    [
      { MANYCHAT_MCP_TOOLSETS: 'tags', MANYCHAT_MCP_READ_ONLY: 'true' },
      namesOf(toolsets.tags).filter((name) => namesOf(readers).includes(name)),
    ],
  ] as [Record<string, string>, string[]][])('are limited by %j', (environment, names) => {
    expect(offered(environment)).toEqual(names);
  });

  test('of a read-only account are exactly those that only read', () => {
    expect(offered({ MANYCHAT_MCP_READ_ONLY: '1' })).toEqual(namesOf(readers));
    expect(namesOf(readers)).toEqual(expect.arrayContaining(['manychat_list_tags', 'manychat_get_page']));
    expect(namesOf(readers)).not.toContain('manychat_send_text');
  });

  test('decide which resources, prompts and instructions are offered', () => {
    const config = configOf({ MATON_API_KEY: 'k', MANYCHAT_MCP_TOOLSETS: 'tags' });
    const { resources, prompts, instructions } = offerFor(config);
    expect(resources.map(({ uri }) => uri)).toEqual([
      'manychat://content-grammar',
      'manychat://error-kinds',
      'manychat://tags',
    ]);
    expect(prompts.map(({ name }) => name)).toEqual(['tidy_tags']);
    expect(instructions).not.toMatch(/manychat_|connection_id/);
  });
});
