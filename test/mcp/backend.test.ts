import { expect, onTestFinished, test } from 'vitest';
import { openAccount } from '../../src/account/account.js';
import { openHost } from '../../src/account/host.js';
import { openBackend } from '../../src/mcp/backend.js';
import { createRequestState } from '../../src/mcp/interaction/request-state.js';
import { collectedLog } from '../support/caller.js';
import { configOf } from '../support/config.js';

/** The backends of two accounts on one host, for the same principal and with one request state. */
function backends() {
  const configs = ['key-of-the-first', 'key-of-the-second'].map((key) => configOf({ MATON_API_KEY: key }));
  const [config = configOf({})] = configs;
  const logged: string[] = [];
  const host = openHost(config.host, { log: collectedLog(config, logged) });
  onTestFinished(() => host.close());
  const requestState = createRequestState();
  const [first, second] = configs.map(({ account }) =>
    openBackend(openAccount(host, account), { requestState, principal: 'maria', now: () => 0 }),
  );
  if (first === undefined || second === undefined) throw new Error('there are two accounts');
  return { first, second, requestState, logged };
}

test('a confirmation for one account is not accepted for another account of the same principal', async () => {
  const { first, second, requestState } = backends();
  const call = { tool: 'manychat_delete_tag', input: { tag_id: 1 } };
  const state = await requestState.issueQuestion(call, first.principal);
  expect(await requestState.verify(state, second.principal)).toEqual({ step: 'refused', reason: 'invalid' });
  expect(await requestState.verify(state, first.principal)).toMatchObject({ step: 'question' });
});

test('a refused call is logged with its rule and without secrets', () => {
  const { first, logged } = backends();
  const failure = {
    kind: 'internal',
    message: 'no store at redis://key-of-the-first',
    hint: 'Try again later.',
    retryable: true,
    performed: 'no',
    source: 'client',
  } as const;
  const shown = first.refuse(first.tool('manychat_delete_tag'), failure, 'confirmation');
  expect(shown.message).toBe('no store at redis://[redacted]');
  expect(JSON.parse(logged.join())).toMatchObject({
    level: 50,
    tool: 'manychat_delete_tag',
    kind: 'internal',
    rule: 'confirmation',
    account: expect.stringMatching(/^[0-9a-f]{8}$/),
  });
});
