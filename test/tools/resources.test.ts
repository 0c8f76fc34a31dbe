import type { Client } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { kinds } from '../../tools/contract/failure.js';
import { contentGrammar } from '../../tools/guidance/grammar-guide.js';
import { resources } from '../../tools/guidance/resources.js';
import { messageData } from '../../tools/message/message-data.js';
import { connectProgram, through } from '../support/program.js';
import { useSandbox } from '../support/sandboxed.js';

/** Every key and every fixed value in a JSON Schema. */
function wordsIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap(wordsIn);
  const { properties = {}, const: fixed, enum: choices, ...rest } = schema as Record<string, object>;
  return [
    ...Object.keys(properties),
    ...[fixed, choices].flat().filter((each) => typeof each === 'string'),
    ...Object.values(properties).flatMap(wordsIn),
    ...Object.values(rest).flatMap(wordsIn),
  ];
}

test('the grammar names every key and every choice of the schema', () => {
  const schema = z.toJSONSchema(messageData, { io: 'input', unrepresentable: 'any' });
  const words = new Set(wordsIn({ ...schema, shown: undefined }));
  expect(words.size).toBeGreaterThan(50);
  for (const word of words) expect(contentGrammar, word).toMatch(new RegExp(`\\b${word}\\b`));
});

describe('resources', () => {
  const sandbox = useSandbox();
  let client: Client;
  beforeAll(async () => {
    ({ client } = await connectProgram(through(sandbox.url, sandbox.matonKey)));
  });
  afterAll(() => client.close());

  const textOf = async (uri: string): Promise<string> => {
    const { contents } = await client.readResource({ uri });
    const [content] = contents;
    return content !== undefined && 'text' in content ? content.text : '';
  };

  test('are listed, and each can be read', async () => {
    const { resources: listed } = await client.listResources();
    const unchanging = resources.filter(({ changes }) => changes !== true);
    const texts = listed.filter(({ uri }) => !uri.startsWith('ui:'));
    expect(texts.map(({ uri }) => uri)).toEqual([...unchanging.map(({ uri }) => uri), 'skill://manychat/SKILL.md']);
    for (const { uri, description, mimeType } of texts) {
      expect(description).toBeTruthy();
      const text = await textOf(uri);
      if (mimeType === 'application/json') expect(Object.keys(JSON.parse(text)).length).toBeGreaterThan(0);
      else expect(text).toMatch(/^(---\n[^#]*---\n\n)?# /);
    }
  });

  test('hold the account as the tools return it, and the kinds of failure', async () => {
    const { structuredContent } = await client.callTool({ name: 'manychat_list_flows', arguments: {} });
    expect(JSON.parse(await textOf('manychat://flows'))).toEqual(structuredContent);
    for (const kind of kinds) expect(await textOf('manychat://error-kinds')).toContain(`- ${kind}: `);
  });

  test('that cannot be read fail with the failure of the tool', async () => {
    sandbox.injectFault({
      match: { path: 'getTags' },
      times: 9,
      status: 403,
      body: { status: 'error', message: 'Not yours' },
    });
    await expect(textOf('manychat://tags')).rejects.toThrow(/permission_denied: "Not yours"\. Do not retry/);
    await expect(textOf('manychat://nothing')).rejects.toThrow(/not found/i);
  });
});
