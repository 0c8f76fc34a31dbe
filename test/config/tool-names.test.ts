import { describe, expect, test } from 'vitest';
import { configOf } from '../support/config.js';

describe('the tools that are offered', () => {
  test.each([
    [
      { MANYCHAT_MCP_TOOLSETS: 'tag' },
      /MANYCHAT_MCP_TOOLSETS contains "tag", which is not a toolset; there are page, flows, tags/,
    ],
    [
      { MANYCHAT_MCP_TOOLS: 'send_txt' },
      /MANYCHAT_MCP_TOOLS contains "send_txt", which is not a tool; the closest are manychat_send_text/,
    ],
    [
      { MANYCHAT_MCP_EXCLUDE_TOOLS: 'get_page,delete_tags' },
      /MANYCHAT_MCP_EXCLUDE_TOOLS contains "delete_tags", .* manychat_delete_tag\b/,
    ],
    ...['1234567:0123456789abcdef0123', `v2.local.${'x'.repeat(60)}`, 'mtn0a1b2c3'].map(
      (key): [Record<string, string>, RegExp] => [
        { MANYCHAT_MCP_TOOLS: `get_page,${key}` },
        /^MANYCHAT_MCP_TOOLS (contains something that is not the name of a tool|contains what looks like a ManyChat key, .*)$/,
      ],
    ),
    [{ MANYCHAT_MCP_CONFIRM: 'all' }, /MANYCHAT_MCP_CONFIRM must be one of nothing, destroy, sends/],
  ])('%j is refused', (environment, words) => {
    expect(() => configOf(environment)).toThrow(words);
  });
});
