import { readdirSync, readFileSync } from 'node:fs';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { offeredTools } from '../../src/account/policy/tool.js';
import { inputSchema } from '../../src/mcp/listing/json-schema.js';
import { offerFor } from '../../src/mcp/listing/offer.js';
import { declarations, toolsets } from '../../tools/index.js';
import { configOf } from '../support/config.js';
import { contract, contractFolder } from '../support/contract.js';
import { inbound } from '../support/hearing-client.js';
import { published } from './published.js';

test('clients see what test/contract holds (npm run update rewrites it, for review)', async () => {
  const now = await contract();
  expect(readdirSync(contractFolder).toSorted()).toEqual([...now.keys()].toSorted());
  for (const [name, text] of now) expect(readFileSync(`${contractFolder}/${name}`, 'utf8'), name).toBe(text);
});

/** The tokens of what a model sees of each tool. */
function tokens(
  environment: Record<string, string>,
  heard?: typeof inbound,
): { name: string; tokens: number; endpoint: boolean }[] {
  const { account } = configOf({ MATON_API_KEY: 'k', ...environment });
  return offeredTools(declarations, { ...account, inbound: heard }).map(({ declaration, input }) => {
    const { name, description } = declaration;
    const seen = JSON.stringify({ name, description, inputSchema: inputSchema(input) });
    return { name, tokens: encode(seen).length, endpoint: declaration.kind === 'endpoint' };
  });
}
const sum = (all: readonly { tokens: number }[]): number => all.reduce((total, each) => total + each.tokens, 0);

test('the essentials are few, and small enough for every conversation', () => {
  const { tools } = offerFor(configOf({ MATON_API_KEY: 'k', MANYCHAT_MCP_TOOLSETS: 'essentials' }));
  const essentials = tools.map(({ name, description, inputSchema }) => ({
    name,
    tokens: encode(JSON.stringify({ name, description, inputSchema })).length,
  }));
  expect(essentials.map(({ name }) => name).toSorted()).toEqual(toolsets.essentials.map(({ name }) => name).toSorted());
  expect(essentials.length).toBeLessThanOrEqual(12);
  process.stdout.write(`Tokens (o200k) of the essentials: ${sum(essentials)}\n`);
  expect(sum(essentials)).toBeLessThanOrEqual(2_600);
  // docs/clients.md says about a third.
  expect(sum(essentials) / sum(tokens({}))).toBeLessThan(0.37);
});

test('definitions stay within their token budget', () => {
  const all = tokens({});
  const pinned = tokens({ MATON_CONNECTION_ID: 'c' });
  const [largest, second] = all.toSorted((a, b) => b.tokens - a.tokens);
  const endpoints = all.filter(({ endpoint }) => endpoint);
  const figures = {
    endpoints: sum(endpoints),
    endpointsPinned: sum(pinned.filter(({ endpoint }) => endpoint)),
    everything: sum(all),
    largest: largest?.tokens ?? 0,
    second: second?.tokens ?? 0,
  };
  process.stdout.write(
    `Tokens (o200k): ${JSON.stringify(figures)}, the largest are ${largest?.name} and ${second?.name}\n`,
  );
  expect(endpoints).toHaveLength(published.length);
  expect(figures.endpoints).toBeLessThanOrEqual(5_600);
  expect(figures.endpointsPinned).toBeLessThanOrEqual(5_100);
  expect(figures.everything).toBeLessThanOrEqual(7_300);
  // It declares the whole grammar of messages, because strict clients send only what is declared.
  expect(largest?.name).toBe('manychat_send_content');
  expect(figures.largest).toBeLessThanOrEqual(1_100);
  // It takes values of each contact, and the handle of a job.
  expect(figures.second).toBeLessThanOrEqual(465);
});

test('the tools for messages are offered to an account that hears its contacts, within their budget', () => {
  const all = tokens({}, inbound);
  const own = toolsets.inbox.map(({ name }): string => name);
  const added = all.filter(({ name }) => own.includes(name));
  process.stdout.write(`Tokens (o200k) of inbox: ${sum(added)}, with everything: ${sum(all)}\n`);
  expect(added.map(({ name }) => name)).toEqual(own);
  expect(sum(added)).toBeLessThanOrEqual(600);
  expect(sum(all)).toBeLessThanOrEqual(8_200);
  expect(tokens({}).map(({ name }) => name)).toEqual(all.map(({ name }) => name).filter((name) => !own.includes(name)));
});
