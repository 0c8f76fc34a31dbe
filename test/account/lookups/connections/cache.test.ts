import { describe, expect, test } from 'vitest';
import { createCaller } from '../../../support/caller.js';
import { drivenClock } from '../../../support/driven.js';
import { john } from '../../../support/people.js';
import { sandboxed } from '../../../support/sandboxed.js';

describe('the connections of an account', () => {
  test('are read once for many first calls at the same time', async () => {
    const { sandbox, environment } = await sandboxed();
    const caller = createCaller(environment);
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => caller.call('manychat_get_page')));
    expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
    expect(sandbox.requests().filter((request) => request.path === '/connections')).toHaveLength(1);
    await caller.close();
  });

  test('are read again before a write, so that a second account is noticed after two seconds', async () => {
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
