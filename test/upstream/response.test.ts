import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kinds } from '../../tools/contract/failure.js';
import { declarations } from '../../tools/index.js';
import { type Caller, callerThrough, createCaller } from '../support/caller.js';
import { drivenClock } from '../support/driven.js';
import { everyTurnAtOnce } from '../support/pacer.js';
import { pinnedId } from '../support/program.js';
import { useSendGuard } from '../support/sandboxed.js';
import { startUpstream, type Upstream } from '../support/upstream.js';
import { calls, refusal, table } from './upstream-answers.js';

const toolNames = new Set<string>(declarations.map(({ name }) => name));
const manychatTools = new Set<string>(declarations.filter((each) => each.api === 'manychat').map((each) => each.name));

/** 60 seconds after the start of 1970: the Retry-After dates of the table are near it. */
const now = () => 60_000;

describe('a response that is a failure', () => {
  let upstream: Upstream;
  let maton: Caller;
  let direct: Caller;
  const clock = drivenClock();
  const parts = { now, clock, pacer: everyTurnAtOnce, guard: useSendGuard(clock.now) };

  beforeAll(async () => {
    upstream = await startUpstream();
    maton = createCaller(
      {
        MATON_API_KEY: 'maton-key',
        MATON_GATEWAY_URL: upstream.url,
        MATON_CONTROL_URL: upstream.url,
        MATON_CONNECTION_ID: pinnedId,
      },
      parts,
    );
    direct = createCaller({ MANYCHAT_API_KEY: '1:a', MANYCHAT_API_URL: upstream.url }, parts);
  });
  afterAll(async () => {
    await Promise.all([maton.close(), direct.close(), upstream.close()]);
  });

  test.each(table.map((row, index) => [`${index + 1} ${row[0]} ${JSON.stringify(row[1]).slice(0, 90)}`, row] as const))(
    '%s',
    async (_, row) => {
      const [name, reply, expected] = row;
      const [tool, args] = calls[name];
      upstream.reply = reply;
      const outcome = await maton.call(tool, args);
      if (outcome.ok) throw new Error('a failure was expected');
      const { failure } = outcome;
      expect(failure).toMatchObject({ performed: 'no', http_status: reply.status ?? 200, ...expected });
      expect(kinds).toContain(failure.kind);
      expect(failure.hint).not.toBe('');
      for (const [mentioned] of failure.hint.matchAll(/manychat_\w+/g)) expect(toolNames).toContain(mentioned);
      if (failure.performed === 'unknown' && !failure.retryable)
        expect(failure.hint).toMatch(/manychat_(list|get|find)_\w+/);

      if (!manychatTools.has(tool)) return;
      const other = await direct.call(tool, args);
      if (other.ok) throw new Error('a failure was expected');
      expect(other.failure.source).not.toBe('gateway');
      for (const [mentioned] of other.failure.hint.matchAll(/manychat_\w+/g))
        expect(manychatTools).toContain(mentioned);
    },
  );

  test("has ManyChat's message, cut, without hidden characters and without the secrets that it echoes", async () => {
    upstream.reply = {
      status: 400,
      body: refusal(`Key k-long-enough\u202e session_token=abc.def ${'x'.repeat(2000)}`),
    };
    const caller = callerThrough(upstream.url, { MATON_API_KEY: 'k-long-enough', MATON_CONNECTION_ID: pinnedId });
    const outcome = await caller.call('manychat_get_page');
    await caller.close();
    if (outcome.ok) throw new Error('a failure was expected');
    expect(outcome.failure.message).toMatch(/^Key \[redacted\] session_token=\[redacted\] x+…$/);
    expect(outcome.failure.message.length).toBeLessThan(600);
  });

  test('is not needed for wrong arguments, which are all named', async () => {
    upstream.arrived.length = 0;
    const outcome = await maton.call('manychat_set_custom_fields', {
      subscriber_id: 2 ** 60,
      fields: [{ field_id: 1, field_name: 'both', field_value: 1 }, { field_value: [] }],
      extra: true,
    });
    expect(upstream.arrived).toHaveLength(0);
    if (outcome.ok) throw new Error('a failure was expected');
    expect(outcome.failure).toMatchObject({
      kind: 'invalid_input',
      performed: 'no',
      source: 'client',
      retryable: false,
    });
    expect(outcome.failure.message).toContain('subscriber_id: is past 2^53');
    expect(outcome.failure.message).toContain('fields[0]: give exactly one of field_id and field_name');
    expect(outcome.failure.message).toContain('fields[1].field_value');
    expect(outcome.failure.message).toContain('"extra" not known; known: subscriber_id, fields');
  });
});
