import { describe, expect, test } from 'vitest';
import { selectTools, toolsetNames } from '../../src/config/tool-names.js';
import { configOf } from '../support/config.js';

const known = [
  { name: 'manychat_get_page', sets: ['page'] },
  { name: 'manychat_list_tags', sets: ['tags', 'usual'] },
  { name: 'manychat_create_tag', sets: ['tags'] },
];

describe('the tools that names select', () => {
  test.each([
    ['all tools if there are no names', {}, known.map(({ name }) => name)],
    ['those of a toolset', { toolsets: ['tags'] }, ['manychat_list_tags', 'manychat_create_tag']],
    [
      'those named, with or without the prefix',
      { tools: ['get_page', 'manychat_list_tags'] },
      ['manychat_get_page', 'manychat_list_tags'],
    ],
    [
      'those of a toolset together with those named',
      { toolsets: ['page'], tools: ['create_tag'] },
      ['manychat_get_page', 'manychat_create_tag'],
    ],
    ['those of a toolset that has tools of others', { toolsets: ['usual'] }, ['manychat_list_tags']],
    [
      'each once if several toolsets have it',
      { toolsets: ['usual', 'tags'], tools: ['list_tags'] },
      ['manychat_list_tags', 'manychat_create_tag'],
    ],
    ['all but the excluded', { excluded: ['create_tag'] }, ['manychat_get_page', 'manychat_list_tags']],
    ['none that is both named and excluded', { tools: ['get_page'], excluded: ['get_page'] }, []],
    ['none if the list of names is empty', { tools: [] }, []],
  ])('are %s', (_, named, chosen) => {
    const selected = selectTools(known, named);
    expect([...selected.chosen]).toEqual(chosen);
    expect(selected.problems).toEqual([]);
  });

  test('are reported with the full names of the excluded', () => {
    expect([...selectTools(known, { excluded: ['get_page', 'manychat_list_tags'] }).excluded]).toEqual([
      'manychat_get_page',
      'manychat_list_tags',
    ]);
  });

  test('come with a problem for each unknown name, and the list it is in', () => {
    const { problems, chosen } = selectTools(known, { toolsets: ['tag'], tools: ['get_page', 'x'], excluded: ['y'] });
    expect(problems).toEqual([
      { list: 'toolsets', problem: 'contains "tag", which is not a toolset; there are page, tags, usual' },
      {
        list: 'tools',
        problem: expect.stringMatching(/^contains "x", which is not a tool; there are manychat_get_page/),
      },
      { list: 'excluded', problem: expect.stringMatching(/^contains "y", which is not a tool/) },
    ]);
    expect([...chosen]).toEqual(['manychat_get_page']);
  });
});

test('the toolsets to choose from are first those of one subject each, then those with tools of others', () => {
  const last = { name: 'manychat_list_flows', sets: ['flows', 'usual'] };
  expect(toolsetNames([...known, last])).toEqual(['page', 'tags', 'flows', 'usual']);
});

describe('an unknown name', () => {
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
      { MANYCHAT_MCP_TOOLS: 'sql_query' },
      /MANYCHAT_MCP_TOOLS contains "sql_query", which is not a tool; the command `tools` lists them$/,
    ],
    [
      { MANYCHAT_MCP_EXCLUDE_TOOLS: 'get_page,delete_tags' },
      /MANYCHAT_MCP_EXCLUDE_TOOLS contains "delete_tags", .* manychat_delete_tag\b/,
    ],
  ])('in %j is refused with the names that exist', (environment, message) => {
    expect(() => configOf(environment as Record<string, string>)).toThrow(message);
  });

  test.each([
    ['a ManyChat key', '1234567:0123456789abcdef0123'],
    ['too long for a name', `v2.local.${'x'.repeat(60)}`],
    ['with digits', 'mtn0a1b2c3'],
  ])('that may be a key is not shown: %s', (_, key) => {
    expect(() => configOf({ MANYCHAT_MCP_TOOLS: `get_page,${key}` })).toThrow(
      /^MANYCHAT_MCP_TOOLS (contains something that is not the name of a tool|contains what looks like a ManyChat key, .*)$/,
    );
  });
});
