import { describe, expect, test } from 'vitest';
import { createCaller } from '../support/caller.js';
import { drivenClock } from '../support/driven.js';
import { john } from '../support/people.js';
import { through } from '../support/program.js';
import { sandboxed } from '../support/sandboxed.js';
import { startUpstream } from '../support/upstream.js';

const flow = { subscriber_id: '1', flow_ns: 'content1' };

describe('one deadline, one look-up', () => {
  test('looking up the connection counts towards the deadline', async () => {
    const clock = drivenClock();
    const connections = [{ connection_id: 'c', status: 'ACTIVE' }];
    const upstream = await startUpstream((request, response) => {
      if (request.path === '/connections') clock.after(500, () => response.end(JSON.stringify({ connections })));
    });
    const caller = createCaller({ ...through(upstream.url), MANYCHAT_MCP_DEADLINE_MS: '10000' }, { clock });
    expect(await caller.call('manychat_send_flow', flow)).toMatchObject({
      ok: false,
      failure: { kind: 'timeout', performed: 'unknown' },
    });
    expect(clock.now()).toBe(9_800);
    await caller.close();
    await upstream.close();
  });

  test('many first calls at once share one look-up', async () => {
    const { sandbox, environment } = await sandboxed();
    const caller = createCaller(environment);
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => caller.call('manychat_get_page')));
    expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
    expect(sandbox.requests().filter((request) => request.path === '/connections')).toHaveLength(1);
    await caller.close();
  });

  test('a write soon knows of a second account', async () => {
    const { sandbox, environment } = await sandboxed({ limits: false });
    const clock = drivenClock();
    const caller = createCaller(environment, { clock });
    const tag = ['manychat_add_tag_to_subscriber', { subscriber_id: john, tag_id: 2 }] as const;
    expect(await caller.call(...tag)).toMatchObject({ ok: true });
    const seen = await fetch(`${sandbox.url}/sandbox`);
    const { connections } = (await seen.json()) as { connections: { status: string; url: string }[] };
    const pending = connections.find(({ status }) => status === 'PENDING')?.url ?? '';
    const body = new URLSearchParams(new URL(pending).searchParams);
    body.set('api_key', sandbox.secondManychatKey);
    await fetch(pending, { method: 'POST', body });
    clock.advance(2_500);
    expect(await caller.call(...tag)).toMatchObject({ ok: false, failure: { kind: 'ambiguous_connection' } });
    await caller.close();
  });
});
