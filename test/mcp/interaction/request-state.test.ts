import { createRequestStateCodec, type ServerContext } from '@modelcontextprotocol/server';
import { afterEach, expect, test, vi } from 'vitest';
import { createRequestState } from '../../../src/mcp/interaction/request-state.js';
import { requestStateContract } from '../../support/request-state-contract.js';

requestStateContract('signed by the codec of the SDK', createRequestState);

afterEach(() => vi.useRealTimers());

test.each([
  ['question', 600],
  ['result', 86_400],
])('a %s lives for %s seconds', async (step, seconds) => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const state = createRequestState();
  const text =
    step === 'result'
      ? await state.issueResult({ tool: 'a', result: {} }, 'local')
      : await state.issueQuestion({ tool: 'a', input: {} }, 'local');
  vi.setSystemTime(Date.now() + (seconds - 1) * 1_000);
  expect((await state.verify(text, 'local')).step).toBe(step);
  vi.setSystemTime(Date.now() + 3_000);
  expect(await state.verify(text, 'local')).toEqual({ step: 'refused', reason: 'expired' });
});

test('a state holds no argument of the call', async () => {
  const input = { subscriber_id: '1', text: 'Hi Maria' };
  const text = await createRequestState().issueQuestion({ tool: 'manychat_send_text', input }, 'local');
  expect(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString()).not.toMatch(/Maria|local/);
});

test('a signed state of another shape is refused, such as one of another version with the same key', async () => {
  const key = new Uint8Array(32).fill(7);
  const bind = ({ http }: ServerContext) => http?.authInfo?.clientId ?? '';
  const other = createRequestStateCodec({ key, bind });
  const unused = () => Promise.reject(new Error('unused'));
  const context: ServerContext = {
    mcpReq: {
      id: 1,
      method: 'tools/call',
      signal: new AbortController().signal,
      requestState: () => undefined,
      send: unused,
      notify: unused,
      log: unused,
      elicitInput: unused,
      requestSampling: unused,
    },
    http: { authInfo: { clientId: 'local', token: '', scopes: [] } },
  };
  const state = createRequestState({ key });
  for (const payload of [{}, { step: 'question', tool: 'a' }, 'text', null])
    expect(await state.verify(await other.mint(payload, context), 'local')).toEqual({
      step: 'refused',
      reason: 'invalid',
    });
});
