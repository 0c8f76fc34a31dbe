import { describe, expect, test } from 'vitest';
import type { OfferedAccount } from '../../../src/account/policy/policy.js';
import { offerFor } from '../../../src/mcp/listing/offer.js';
import { declarations } from '../../../tools/index.js';
import { accountTokens } from '../../support/accounts-screens.js';
import { configOf } from '../../support/config.js';

const coffee: OfferedAccount = { name: 'Sunrise Coffee', mode: 'direct' };
const wholesale: OfferedAccount = { name: 'Wholesale', mode: 'maton', connection: 'c-1' };
const agency: OfferedAccount = { name: 'Agency', mode: 'maton' };

const offerOf = (accounts: readonly OfferedAccount[], environment = {}) => offerFor(configOf(environment), accounts);
const schemaOf = (offer: ReturnType<typeof offerOf>, tool: string) =>
  offer.tools.find(({ name }) => name === `manychat_${tool}`)?.inputSchema;

describe('the offer of several accounts', () => {
  test('has account first and required in every tool that reads or changes an account', () => {
    for (const { api, inputSchema } of offerOf([coffee, wholesale, agency]).tools) {
      const { properties, required } = inputSchema;
      if (api === 'none') expect(properties).not.toHaveProperty('account');
      else {
        expect(Object.keys(Object(properties))[0]).toBe('account');
        expect(required).toContain('account');
      }
    }
    // No tool may have an argument of that name.
    expect(declarations.filter(({ input }) => 'account' in input.shape)).toEqual([]);
  });

  test('lists a tool, and connection_id, if any account has it, with the accounts that have it', () => {
    const offer = offerOf([coffee, wholesale, agency]);
    const choices = (...names: string[]) => ({ type: 'string', description: 'Account', enum: names });
    expect(schemaOf(offer, 'get_page')).toMatchObject({
      properties: { account: choices('Sunrise Coffee', 'Wholesale', 'Agency'), connection_id: {} },
      required: ['account'],
    });
    expect(schemaOf(offer, 'list_connections')).toMatchObject({
      properties: { account: choices('Wholesale', 'Agency') },
    });
    expect(schemaOf(offerOf([coffee, wholesale]), 'get_page')).not.toHaveProperty('properties.connection_id');
    expect(schemaOf(offerOf([coffee, { ...coffee, name: 'Other' }]), 'list_connections')).toBeUndefined();
  });

  test('keeps to the settings that hold for all accounts', () => {
    const readOnly = offerOf([coffee, agency], { MANYCHAT_MCP_READ_ONLY: '1' });
    expect(readOnly.tools.length).toBeGreaterThan(10);
    expect(schemaOf(readOnly, 'send_text')).toBeUndefined();
  });

  test('names the accounts in the instructions, up to a limit', () => {
    const { instructions } = offerOf([coffee, agency]);
    expect(instructions).toContain('one of "Sunrise Coffee", "Agency". If it is not certain which is meant, ask');
    expect(instructions).not.toContain('of one account');
    const many = Array.from({ length: 70 }, (_, index) => ({ ...coffee, name: `Client ${index}` }));
    expect(offerOf(many).instructions).toContain('"Client 59" and 10 more.');
    expect(offerFor(configOf({ MATON_API_KEY: 'k' })).instructions).toContain('of one account');
  });
});

test('what several accounts add stays within its token budget', () => {
  const one = accountTokens(1);
  const [three, eight, fifty] = [3, 8, 50].map((count) => accountTokens(count) - one);
  process.stdout.write(`Tokens (o200k) that 3, 8 and 50 accounts add: ${three}, ${eight}, ${fifty}\n`);
  expect(three).toBeLessThanOrEqual(1_600);
  expect(eight).toBeLessThanOrEqual(2_900);
  expect(fifty).toBeLessThanOrEqual(1_400);
});
