import { readFileSync } from 'node:fs';
import { SkillsClient } from '@modelcontextprotocol/client/ext/skills';
import { expect, test } from 'vitest';
import { pathOf } from '../../scripts/root.js';
import { offerFor } from '../../src/mcp/listing/offer.js';
import { declarations } from '../../tools/index.js';
import { configOf } from '../support/config.js';
import { connectProgram } from '../support/program.js';

const markdown = readFileSync(pathOf('skills/manychat/SKILL.md'), 'utf8');
const uri = 'skill://manychat/SKILL.md';

const connected = async (environment: Record<string, string>, modern = false) => {
  const { client, stderr } = await connectProgram({ MANYCHAT_API_KEY: '12345:0123456789abcdef', ...environment }, [], {
    modern,
  });
  return { client, skills: new SkillsClient(client), stderr };
};

test.each([
  ['of 2025', false],
  ['of 2026', true],
])('a client with the protocol %s lists the skill, and reads it with its digest checked', async (_, modern) => {
  const { client, skills, stderr } = await connected({}, modern);
  expect(skills.supported).toBe(true);
  const { skills: listed, invalid } = await skills.list();
  expect(invalid).toEqual([]);
  expect(listed.map((each) => [each.uri, each.frontmatter.name])).toEqual([[uri, 'manychat']]);
  expect((await skills.get(uri)).skill).toEqual(listed[0]);
  for (const skill of listed) {
    expect(await skills.read(skill)).toMatchObject({ text: markdown, verified: true, mimeType: 'text/markdown' });
  }
  await expect(skills.get('skill://other/SKILL.md')).rejects.toThrow('No skill is served at skill://other/SKILL.md');
  await client.close();
  expect(stderr()).not.toMatch(/warn/i);
});

test('a client that does not know skills finds it among the resources', async () => {
  const { client } = await connected({});
  const { resources } = await client.listResources();
  expect(resources.filter((each) => each.uri === uri)).toHaveLength(1);
  const { contents } = await client.readResource({ uri });
  expect(contents).toEqual([{ uri, mimeType: 'text/markdown', text: markdown }]);
  await expect(client.readResource({ uri: 'skill://manychat/other.md' })).rejects.toThrow();
  await client.close();
});

const named = [...new Set(markdown.match(/manychat_[a-z_]*[a-z]/g))];

const withoutATool: [string, Record<string, string>][] = [
  ['read-only', { MANYCHAT_MCP_READ_ONLY: '1' }],
  ['with the essentials only', { MANYCHAT_MCP_TOOLSETS: 'essentials' }],
];

test.each(withoutATool)('no skill is served %s', async (_, environment) => {
  const { client, skills } = await connected(environment);
  expect(skills.supported).toBe(false);
  expect((await client.listResources()).resources.filter((each) => each.uri.startsWith('skill:'))).toEqual([]);
  await expect(client.readResource({ uri })).rejects.toThrow();
  await client.close();
});

test('each tool that it names can take it away', () => {
  const skillWithout = (tool: string) =>
    offerFor(configOf({ MATON_API_KEY: 'k', MANYCHAT_MCP_EXCLUDE_TOOLS: tool })).skill;
  expect(named.filter((tool) => skillWithout(tool) !== undefined)).toEqual([]);
  expect(skillWithout('manychat_delete_tag')).toBe(markdown);
});

test('it is served wherever all of its tools are offered', async () => {
  const others = declarations.map(({ name }) => name).filter((name) => !named.includes(name));
  const { client, skills } = await connected({ MANYCHAT_MCP_EXCLUDE_TOOLS: others.join(',') });
  expect((await client.listTools()).tools.map(({ name }) => name).toSorted()).toEqual(named.toSorted());
  expect(skills.supported).toBe(true);
  await client.close();
});
