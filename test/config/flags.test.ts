import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { toolsets } from '../../tools/index.js';
import { connectProgram, program } from '../support/program.js';
import { runHere } from '../support/shell.js';

/** The names of the tools that the program lists when it is started with flags. */
async function toolsWith(args: readonly string[], environment: Record<string, string> = { MATON_API_KEY: 'k' }) {
  const { client } = await connectProgram(environment, args);
  const { tools } = await client.listTools();
  await client.close();
  return tools.map(({ name }) => name);
}

describe('a flag', () => {
  test.each([
    [['--exclude-tools', 'get_page', '--exclude-tools=list_flows']],
    [['serve', '--exclude-tools', 'get_page', '--exclude-tools', 'list_flows']],
  ])('with a list can be repeated, and its values add up: %j', async (args) => {
    const rest = [...toolsets.page, ...toolsets.flows]
      .map(({ name }) => name)
      .filter((name) => name !== 'manychat_get_page' && name !== 'manychat_list_flows');
    expect(rest).toContain('manychat_list_otn_topics');
    expect(await toolsWith(['--toolsets', 'page', '--toolsets', 'flows', ...args])).toEqual(rest);
  });

  test.each([
    [['--read-only', '--read-only'], /--read-only was given more than once/],
    [['--confirm', 'sends', 'tools', '--confirm', 'nothing'], /--confirm was given more than once/],
    [['bulk', 'a.csv', '--add-tag', 'VIP', '--add-tag', 'Gold'], /--add-tag was given more than once/],
    [['--tools', ''], /--tools needs a value/],
  ])('is refused if it is repeated or has an empty value: %j', async (args, message) => {
    await expect(runHere(args, { MATON_API_KEY: 'k' })).rejects.toThrow(message);
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], { env: {}, encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test('takes precedence over its environment variable', async () => {
    expect(await toolsWith(['--toolsets', 'flows'], { MANYCHAT_MCP_TOOLSETS: 'tags' })).toEqual(
      toolsets.flows.map(({ name }) => name),
    );
  });
});
