import { describe, expect, test } from 'vitest';
import { offeredTools } from '../../../src/account/policy/tool.js';
import { offerFor } from '../../../src/mcp/listing/offer.js';
import { effectRules } from '../../../tools/contract/effect.js';
import { declarations, toolsets } from '../../../tools/index.js';
import { configOf } from '../../support/config.js';

const offered = (environment: Record<string, string>): string[] =>
  offeredTools(declarations, configOf({ MATON_API_KEY: 'k', ...environment }).account).map(
    ({ declaration }) => declaration.name,
  );

describe('the tools that are offered', () => {
  test.each([
    [{}, declarations.map(({ name }) => name)],
    [{ MANYCHAT_MCP_TOOLSETS: 'page, flows' }, [...toolsets.page, ...toolsets.flows].map(({ name }) => name)],
    [{ MANYCHAT_MCP_TOOLS: 'send_text,manychat_get_page' }, ['manychat_get_page', 'manychat_send_text']],
    [{ MANYCHAT_MCP_TOOLSETS: 'flows', MANYCHAT_MCP_TOOLS: 'get_page' }, ['manychat_get_page', 'manychat_list_flows']],
    [
      { MANYCHAT_MCP_TOOLSETS: 'page', MANYCHAT_MCP_EXCLUDE_TOOLS: 'get_page,list_otn_topics' },
      ['manychat_list_growth_tools'],
    ],
    [{ MANYCHAT_MCP_TOOLS: 'get_page', MANYCHAT_MCP_EXCLUDE_TOOLS: 'get_page' }, []],
    [{ MANYCHAT_MCP_TOOLSETS: 'tags', MANYCHAT_MCP_READ_ONLY: 'true' }, ['manychat_list_tags']],
  ] as [Record<string, string>, string[]][])('under %j', (environment, names) => {
    expect(offered(environment)).toEqual(names);
  });

  test('for reading only are all that change nothing, and no other', () => {
    const reading = declarations.filter(({ effect }) => effectRules[effect].readOnly).map(({ name }) => name);
    expect(offered({ MANYCHAT_MCP_READ_ONLY: '1' })).toEqual(reading);
  });

  test('bring no resource, prompt or sentence that speaks of others', () => {
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
