import { expect, test } from 'vitest';
import { bounded } from '../../../../src/account/call/bounds/bound-result.js';
import { forEachSubscriber } from '../../../../tools/workflows/for-each/for-each.js';
import { callerThrough } from '../../../support/caller.js';
import { startUpstream } from '../../../support/upstream.js';

test('a result of a job for 1,000 contacts has every id, whatever the errors say', () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => String(10n ** 19n + BigInt(index)));
  const kinds = ['not_found', 'rejected', 'window_closed', 'network', 'timeout', 'manychat_unavailable'];
  const data = {
    done: 0,
    failed: kinds.map((error, index) => ({ error, subscriber_ids: ids.slice(index * 100, (index + 1) * 100) })),
    unknown: ids.slice(600, 700),
    remaining: 300,
    resume: 'x'.repeat(22),
    next_index: 1_000,
    skipped: ids.slice(700),
    contacts: ids.slice(0, 10).map((subscriber_id) => ({
      subscriber_id,
      name: '理由'.repeat(100),
      last_interaction: '2026-09-20T12:00:00+00:00',
      chat_link: `https://manychat.com/fb123456789012345/chat/${subscriber_id}`,
    })),
    errors: kinds.map((kind) => ({ kind, message: '理由'.repeat(1_000), hint: 'Do not retry. '.repeat(40) })),
    stopped: `network: ${'x'.repeat(150)}. ${'Call again. '.repeat(20)}`,
    retry_after_s: 30,
  };
  const warnings = Array.from({ length: 30 }, (_, index) => `Warning ${index}: ${'w'.repeat(400)}`);
  const call = { declaration: forEachSubscriber, input: {}, connectionId: undefined, offers: () => true };
  const result = bounded(call, { ...data, warnings });
  expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(28_000);
  const { failed, unknown, remaining, resume, next_index, skipped, retry_after_s } = data;
  expect(result).toMatchObject({ done: 0, failed, unknown, remaining, resume, next_index, skipped, retry_after_s });
  expect(result.stopped).toMatch(/^network: x{150}\. Call again/);
});

test('a failure has at most 30 details, and says how many there are more', async () => {
  const upstream = await startUpstream();
  const connections = Array.from({ length: 200 }, (_, index) => ({ connection_id: `c${index}`, status: 'ACTIVE' }));
  upstream.reply = { body: { connections } };
  const unpinned = callerThrough(upstream.url, {});
  const outcome = await unpinned.call('manychat_create_tag', { name: 'VIP' });
  await unpinned.close();
  await upstream.close();
  expect(outcome).toMatchObject({ failure: { kind: 'ambiguous_connection' } });
  expect(outcome.ok ? [] : outcome.failure.details).toHaveLength(31);
  expect(JSON.stringify(outcome)).toContain('… and 170 more');
});
