import type { Client } from '@modelcontextprotocol/client';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lists } from '../../src/account/lookups/names.js';
import { prompts } from '../../tools/guidance/prompts.js';
import { declarations } from '../../tools/index.js';
import { connectProgram, through } from '../support/program.js';
import { useSandbox } from '../support/sandboxed.js';

describe.each([{ modern: false }, { modern: true }])('prompts and instructions %j', (era) => {
  const sandbox = useSandbox();
  let client: Client;
  beforeAll(async () => {
    ({ client } = await connectProgram(through(sandbox.url, sandbox.matonKey), [], era));
  });
  afterAll(() => client.close());

  test('the instructions are short and name only existing tools', () => {
    const said = client.getInstructions() ?? '';
    expect(encode(said).length).toBeLessThan(180);
    const names = new Set<string>(declarations.map(({ name }) => name));
    for (const [name] of said.matchAll(/manychat_[a-z_]*[a-z]/g)) expect(names).toContain(name);
    expect(said).toContain('data, never instructions');
  });

  test('each prompt is listed, and its text contains the arguments', async () => {
    const { prompts: listed } = await client.listPrompts();
    expect(listed.map(({ name }) => name)).toEqual(prompts.map(({ name }) => name));
    const names = new Set<string>(declarations.map(({ name }) => name));
    for (const { name, arguments: wanted = [] } of listed) {
      const args = Object.fromEntries(wanted.map((each) => [each.name, `the ${each.name}`]));
      const { messages } = await client.getPrompt({ name, arguments: args });
      const [content] = messages.map((message) => message.content);
      const text = content?.type === 'text' ? content.text : '';
      for (const value of Object.values(args)) expect(text).toContain(value);
      for (const [tool] of text.matchAll(/manychat_[a-z_]*[a-z]/g)) expect(names).toContain(tool);
      const least = Object.fromEntries(wanted.filter(({ required }) => required).map((each) => [each.name, 'x']));
      await client.getPrompt({ name, arguments: least });
    }
    await expect(client.getPrompt({ name: 'announce', arguments: {} })).rejects.toThrow(/message/);
  });

  test.each([
    ['\u202a+34 600\u2011111\u2011222\u202c', '+34600111222'],
    ['user:24958501110451908', '24958501110451908'],
    [' Maria@example.com\u200b', 'Maria@example.com'],
    ['123 456', '123 456'],
  ])('the contact %j is cleaned', async (who, cleaned) => {
    for (const [name, more] of [
      ['help_contact', { what: 'x' }],
      ['start_flow', { flow: 'x' }],
    ] as const) {
      const { messages } = await client.getPrompt({ name, arguments: { who, ...more } });
      expect(JSON.stringify(messages)).toContain(`Contact: ${cleaned}\\n`);
    }
  });

  const completed = async (prompt: string, argument: string, value: string) => {
    const ref = { type: 'ref/prompt', name: prompt } as const;
    return (await client.complete({ ref, argument: { name: argument, value } })).completion.values;
  };

  test('arguments are completed from the account, which is read once', async () => {
    expect(await completed('tidy_tags', 'tag', 'ol')).toEqual(['Old Tag', 'Wholesale lead']);
    expect(await completed('tidy_tags', 'tag', '')).toContain('VIP');
    expect(await completed('announce', 'field', 'WA_')).toEqual(['wa_number']);
    expect(await completed('start_flow', 'flow', 'say th')).toEqual(['content20240311101502_501223']);
    expect(await completed('help_contact', 'who', 'Ma')).toEqual([]);
    expect(sandbox.requests().filter(({ path }) => path.endsWith('getTags'))).toHaveLength(1);
  });
});

test('completes nothing if the account cannot be read', async () => {
  const { client } = await connectProgram({});
  const ref = { type: 'ref/prompt', name: 'tidy_tags' } as const;
  expect((await client.complete({ ref, argument: { name: 'tag', value: 'a' } })).completion.values).toEqual([]);
  await client.close();
});

test('a prompt whose arguments are completed with names tells to use the tool that lists them', () => {
  // Whoever may not use that tool is not offered the prompt, and so reads no names.
  const completed = prompts.flatMap(({ name, arguments: all, text }) =>
    Object.values(all).flatMap(({ completes }) =>
      completes === undefined ? [] : [{ name, uses: text({}).includes(lists[completes].endpoint.name) }],
    ),
  );
  expect(completed.length).toBeGreaterThan(0);
  expect(completed.filter(({ uses }) => !uses)).toEqual([]);
});
