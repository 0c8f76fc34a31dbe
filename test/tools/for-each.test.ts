import { describe, expect, test } from 'vitest';
import type { Progress } from '../../src/account/call/call-context.js';
import type { Result } from '../../tools/contract/json.js';
import { drivenClock } from '../support/driven.js';
import { emma, followers, john, liam, tom } from '../support/people.js';
import { createRandom } from '../support/random.js';
import { lost, reached, useCaller } from '../support/sandboxed.js';

const forEach = 'manychat_for_each_subscriber';
const text = { action: 'send_text', text: 'Hello!' };
const tag = { action: 'add_tag', tag_name: 'VIP' };

const clock = drivenClock();
const { sandbox, caller, countOf } = useCaller({ clock, random: () => 0 }, { followers: 1_200, limits: true });

async function result(args: object, onProgress?: (progress: Progress) => void) {
  const outcome = await caller.call(forEach, args, { onProgress });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.result;
}
const run = (subscriber_ids: readonly unknown[], action: object, onProgress?: (progress: Progress) => void) =>
  result({ subscriber_ids, ...action }, onProgress);
const list = (result: Result, key: string): unknown[] => (Array.isArray(result[key]) ? result[key] : []);

describe('each action', () => {
  test.each([
    [tag, ['addTagByName']],
    [{ action: 'remove_tag', tag_name: 'VIP' }, ['removeTagByName']],
    [{ action: 'set_fields', fields: { coupon_code: 'TEN', purchase_count: '3' } }, ['setCustomFields']],
    [text, ['sendContent']],
    [{ action: 'send_content', data: [{ type: 'text', text: 'Hello!' }] }, ['sendContent']],
    [{ action: 'send_flow', flow_ns: 'content123456' }, ['sendFlow']],
    [
      { action: 'send_flow', flow_ns: 'content20240311101502_501223', fields: { reply_text: 'Hi' } },
      ['setCustomFields', 'sendFlow'],
    ],
  ])('%j is done once per contact', async (action, paths) => {
    const result = await run([john, 24958501110451 as unknown, '800000000001', ' 800000000001 '], action);
    const word = action.action.startsWith('send') ? 'accepted' : 'done';
    expect(result).toMatchObject({ [word]: 2, unknown: [], remaining: 0 });
    expect(Object.keys(result)).not.toEqual(expect.arrayContaining(['resume']));
    expect(result.failed).toEqual([{ error: 'not_found', subscriber_ids: ['24958501110451'] }]);
    for (const path of paths) expect(countOf(path)).toBeGreaterThanOrEqual(2);
    expect(list(result, 'warnings')).toContain('1 ids are repeated: each contact is processed once.');
  });

  test.each([
    [{ action: 'add_tag' }, /^tag_name: is required for add_tag$/],
    [{ ...tag, text: 'x' }, /^text: does not belong to add_tag, which takes tag_name$/],
    [{ ...text, flow_ns: 'c' }, /^flow_ns: does not belong to send_text, which takes text and channel$/],
    [{ action: 'delete' }, /^action: must be one of "add_tag"/],
    [{ action: 'send_text', text: 'x'.repeat(30_000) }, /^text: has 30000 characters/],
    [{ action: 'send_content', data: { version: 'v2' } }, /^data\.content/],
    [{ ...tag, subscriber_ids: [] }, /^give either subscriber_ids or items, with an action; or resume alone$/],
    [{ ...tag, items: [{ subscriber_id: '1' }] }, /^give either subscriber_ids or items/],
    [{ action: undefined }, /^action: is required$/],
    [{ resume: 'x' }, /^resume: stands alone, because the job keeps its arguments: leave out subscriber_ids$/],
    [{ ...tag, subscriber_ids: followers(1_001) }, /^subscriber_ids: takes at most 1000 ids/],
    [{ ...tag, subscriber_ids: ['1', 'x'] }, /^subscriber_ids\[1\]: must be decimal digits/],
  ])('refuses %j before any request', async (args, words) => {
    const outcome = await caller.call(forEach, { subscriber_ids: ['1'], ...args });
    expect(outcome).toMatchObject({ ok: false, failure: { message: expect.stringMatching(words), performed: 'no' } });
    expect(sandbox.requests()).toEqual([]);
  });
});

describe('many contacts', () => {
  test('returns the contacts that the time did not suffice for as remaining, and further calls do them once', async () => {
    const all = followers(600);
    const reports: Progress[] = [];
    const first = await run(all, text, (progress) => void reports.push(progress));
    expect(first).toMatchObject({ failed: [], unknown: [], resume: expect.stringMatching(/^[\w-]{22}$/) });
    expect(Number(first.accepted) + Number(first.remaining)).toBe(600);
    expect(first.remaining).toBeGreaterThan(0);
    expect([first.next_index, first.skipped]).toEqual([first.accepted, undefined]);
    expect(first.stopped).toBeUndefined();
    expect(first.warnings).toEqual(['The time of this call was up before every contact had its turn.']);
    expect(reached(sandbox).sort()).toEqual(all.slice(0, Number(first.next_index)));
    expect(reports[0]).toEqual({ progress: 0, total: 600, message: 'started' });
    expect(reports.at(-1)).toMatchObject({
      progress: first.accepted,
      total: 600,
      message: `${first.accepted} accepted`,
    });
    for (const [index, { progress }] of reports.entries()) {
      expect(progress).toBeGreaterThanOrEqual(reports[index - 1]?.progress ?? 0);
    }
    let last = first;
    while (last.resume !== undefined) {
      const next = await result({ resume: last.resume });
      expect(next).toMatchObject({ failed: [], unknown: [] });
      expect(Number(next.accepted)).toBeGreaterThan(Number(last.accepted));
      last = next;
    }
    expect(last).toEqual({ accepted: 600, failed: [], unknown: [], remaining: 0, channels: { messenger: 600 } });
    expect(reached(sandbox).sort()).toEqual(all);
  });

  test('lists each contact exactly once under random faults', async () => {
    const random = createRandom(7);
    const pick = (most: number) => Math.floor(random() * most);
    for (const _ of [1, 2, 3]) {
      sandbox.reset();
      for (let faults = 0; faults < 8; faults += 1) {
        const after = pick(60);
        const effects = [
          { ...lost('sendContent', true) },
          { ...lost('sendContent', false) },
          { status: 500, body: {} },
          { status: 429, body: {} },
          { status: 400, body: { status: 'error', message: 'No' } },
          { truncate: true, perform: true },
        ] as const;
        const effect = effects[pick(effects.length)] ?? effects[0];
        sandbox.injectFault({ ...effect, match: { path: 'sendContent' }, after });
      }
      const all = followers(80);
      const result = await run(all, text);
      const failed = (list(result, 'failed') as { subscriber_ids: string[] }[]).flatMap((each) => each.subscriber_ids);
      const unknown = list(result, 'unknown');
      const next = Number(result.next_index ?? 80);
      const remaining = [...list(result, 'skipped'), ...all.slice(next)];
      const listed = [...failed, ...unknown, ...remaining];
      expect(result.remaining).toBe(remaining.length);
      expect(Number(result.accepted) + listed.length).toBe(80);
      expect(new Set(listed).size).toBe(listed.length);
      const got = reached(sandbox);
      expect(new Set(got).size).toBe(got.length);
      // A contact that got the message is done or unknown, so it is not sent to again.
      for (const id of [...failed, ...remaining]) expect(got).not.toContain(id);
    }
  });
});

describe('a failure that concerns one contact', () => {
  test('is listed by kind, explained once for all, with what a person needs for the first few', async () => {
    const closed = [tom, emma, liam];
    const result = await run([...closed, ...followers(5)], text);
    expect(result.accepted).toBe(5);
    expect(result.failed).toEqual([
      { error: 'window_closed', subscriber_ids: [closed[0]] },
      { error: 'subscriber_inactive', subscriber_ids: [closed[1], closed[2]] },
    ]);
    expect(list(result, 'errors').map((each) => Object(each).kind)).toEqual(['window_closed', 'subscriber_inactive']);
    expect(countOf('getInfo')).toBe(3);
    expect(result.contacts).toEqual([
      {
        subscriber_id: tom,
        name: 'Tom Baker',
        last_interaction: expect.stringMatching(/^2026-/),
        chat_link: expect.stringContaining(tom),
      },
      expect.objectContaining({ subscriber_id: emma }),
      expect.objectContaining({ subscriber_id: liam }),
    ]);
  });

  test('is looked up for ten contacts at most, first those whose outcome is unknown, and never while contacts remain', async () => {
    const body = { status: 'error', message: 'No' };
    sandbox.injectFault({ match: { path: 'sendContent' }, after: 20, times: 15, status: 400, body });
    sandbox.injectFault({ ...lost('sendContent', true), after: 40 });
    const result = await run(followers(60), text);
    const [unknown] = list(result, 'unknown');
    expect(list(result, 'contacts')).toHaveLength(10);
    expect(list(result, 'contacts')[0]).toMatchObject({ subscriber_id: unknown });
    expect(countOf('getInfo')).toBe(10);
    sandbox.injectFault({ match: { path: 'sendContent' }, after: 20, times: 15, status: 400, body });
    expect(await run(followers(600), { ...text, text: 'Good day' })).toMatchObject({ resume: expect.anything() });
    expect(countOf('getInfo')).toBe(10);
  });

  test('a lost response makes the contact unknown, and the message is not sent again', async () => {
    sandbox.injectFault(lost('sendContent', true));
    const result = await run(followers(3), text);
    expect(result).toMatchObject({ accepted: 2, failed: [], remaining: 0 });
    expect(list(result, 'unknown')).toHaveLength(1);
    expect(reached(sandbox).sort()).toEqual(followers(3));
  });
});

describe('a failure that concerns all contacts stops the job', () => {
  test('as a failure if nothing was done', async () => {
    const outcome = await caller.call(forEach, { subscriber_ids: followers(200), action: 'add_tag', tag_name: 'VPI' });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'not_found', performed: 'no' } });
    if (!outcome.ok) expect(outcome.failure.details?.join()).toContain('the closest are "VIP"');
    expect(countOf('addTagByName')).toBeLessThanOrEqual(10);
  });

  test('with what was done and what remains if it occurs later', async () => {
    const body = { status: 'error', message: 'Wrong token' };
    sandbox.injectFault({ match: { path: 'sendContent' }, after: 50, times: 999, status: 401, body });
    const result = await run(followers(200), text);
    expect(result).toMatchObject({
      accepted: reached(sandbox).length,
      failed: [],
      unknown: [],
      remaining: 200 - reached(sandbox).length,
      stopped: expect.stringMatching(/^manychat_auth: /),
    });
    const left = [...list(result, 'skipped'), ...followers(200).slice(Number(result.next_index))];
    expect(left).toEqual(followers(200).filter((id) => !reached(sandbox).includes(id)));
  });

  test('an outage, after a few contacts', async () => {
    sandbox.injectFault({ match: { path: 'sendContent' }, after: 20, times: 999, status: 503, body: {} });
    const result = await run(followers(200), text);
    expect(result.stopped).toEqual(expect.any(String));
    const unknown = list(result, 'unknown');
    expect(result.accepted).toBe(20);
    // The failures that stop the job, and those in flight beside the last of them.
    expect(unknown.length).toBeLessThanOrEqual(15);
    expect(unknown.length + Number(result.remaining)).toBe(180);
  });

  test('a long pause that ManyChat asks for, with the wait and the contacts not reached', async () => {
    const headers = { 'retry-after': '100' };
    sandbox.injectFault({ match: { path: 'sendContent' }, after: 2, times: 999, status: 429, headers, body: {} });
    const result = await run([...followers(3), tom, emma], text);
    expect(result).toMatchObject({ accepted: 2, failed: [], unknown: [], remaining: 3, retry_after_s: 100 });
    expect(result.stopped).toMatch(/^rate_limited: /);
    expect(result.errors).toBeUndefined();
    sandbox.clearFaults();
    clock.advance(60_000);
    await caller.call('manychat_get_page');
  });

  test('a client that cancels, and nothing more is sent', async () => {
    const cancel = new AbortController();
    const onProgress = ({ progress }: Progress) => void (progress >= 20 && cancel.abort());
    const args = { subscriber_ids: followers(200), ...text };
    const outcome = await caller.call(forEach, args, { signal: cancel.signal, onProgress });
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
    // Requests in flight are awaited, so no outcome is unknown.
    expect(outcome.result).toMatchObject({ accepted: reached(sandbox).length, failed: [], unknown: [] });
    expect(reached(sandbox).length).toBeGreaterThanOrEqual(20);
    expect(reached(sandbox).length).toBeLessThanOrEqual(30);
  });
});
