import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { connectProgram, program } from '../support/program.js';
import { runHere } from '../support/shell.js';

describe('the tools that are offered', () => {
  test.each([
    [['--exclude-tools', 'get_page', '--exclude-tools=list_flows']],
    [['serve', '--exclude-tools', 'get_page', '--exclude-tools', 'list_flows']],
  ])('are without those of each flag %j', async (args) => {
    const { client } = await connectProgram({ MATON_API_KEY: 'k' }, [
      '--toolsets',
      'page',
      '--toolsets',
      'flows',
      ...args,
    ]);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(['manychat_list_growth_tools', 'manychat_list_otn_topics']);
    await client.close();
  });

  test.each([
    [['--read-only', '--read-only'], /--read-only was given more than once/],
    [['--confirm', 'sends', 'tools', '--confirm', 'nothing'], /--confirm was given more than once/],
    [['bulk', 'a.csv', '--add-tag', 'VIP', '--add-tag', 'Gold'], /--add-tag was given more than once/],
    [['--tools', ''], /--tools needs a value/],
  ])('are not guessed from %j', async (args, words) => {
    await expect(runHere(args, { MATON_API_KEY: 'k' })).rejects.toThrow(words);
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], { env: {}, encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringMatching(words)]);
  });

  test('are fixed by flags, which win', async () => {
    const { client } = await connectProgram({ MANYCHAT_MCP_TOOLSETS: 'tags' }, ['--toolsets', 'flows']);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['manychat_list_flows']);
    await client.close();
  });
});
