import { expect, test } from 'vitest';
import { offerFor } from '../../../src/mcp/listing/offer.js';
import { configOf } from '../../support/config.js';

test('the instructions say that the account is a sandbox, if it is one', () => {
  expect(offerFor(configOf({ MANYCHAT_MCP_SANDBOX: '1' })).instructions).toMatch(
    /^SANDBOX: this is a simulated account/,
  );
  expect(offerFor(configOf({ MATON_API_KEY: 'k' })).instructions).not.toMatch(/sandbox/i);
});
