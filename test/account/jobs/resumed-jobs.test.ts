import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallerSide } from '../../../src/account/call/call-tool.js';
import { createMemoryJobs } from '../../../src/account/jobs/memory-jobs.js';
import type { Result } from '../../../tools/contract/json.js';
import { createCallers } from '../../support/caller.js';
import { drivenClock } from '../../support/driven.js';
import { followers, john, maria } from '../../support/people.js';
import { directlyTo, pinnedTo } from '../../support/program.js';
import { createRandom } from '../../support/random.js';
import { lost, reached, useCaller, useSandbox } from '../../support/sandboxed.js';
import { callAt } from '../../support/send-guard-contract.js';

const forEach = 'manychat_for_each_subscriber';
const minute = 60_000;
const clock = drivenClock();
const used = useCaller({ clock, random: () => 0 }, { followers: 300, limits: true });
const { sandbox } = used;

async function resultOf(args: object, side: Partial<CallerSide> = {}): Promise<Result> {
  const outcome = await used.caller.call(forEach, args, side);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.result;
}
const closing = { action: 'send_text', text: 'Closed on Friday' };

describe('a job that is resumed 50 times', () => {
  test('reaches each of 300 contacts once, with lost answers, cancelled calls, short times and 429s among them', async () => {
    const random = createRandom(15);
    const chance = (share: number) => random() < share;
    const all = followers(300);
    const args = { subscriber_ids: all, ...closing };
    let known: Result = {};
    let unknown = new Set<unknown>();
    let calls = 0;
    for (let resumes = 0; resumes < 50; resumes += 1) {
      if (chance(0.2)) sandbox.injectFault({ match: { path: 'sendContent' }, after: 2, status: 429, body: {} });
      if (chance(0.2)) sandbox.injectFault({ ...lost('sendContent', chance(0.5)), after: Math.floor(random() * 8) });
      const cancel = new AbortController();
      const isCancelled = chance(0.2);
      const call = callAt(clock.now(), { cancelled: isCancelled });
      const onProgress = ({ progress = 0 }) => {
        if (isCancelled && progress > Number(known.accepted ?? 0) + 3) cancel.abort();
      };
      const side = { signal: cancel.signal, onProgress, delivery: call.delivery, deadlineMs: 1_200 };
      const outcome = await used.caller.call(
        forEach,
        known.resume === undefined ? args : { resume: known.resume },
        side,
      );
      calls += 1;
      // A client that lost the answer has only what it knew before, and repeats its last call.
      if (outcome.ok && !isCancelled && chance(0.7)) known = outcome.result;
      sandbox.clearFaults();
      // Nothing depends on the send guard, which remembers five minutes.
      clock.advance(chance(0.5) ? 7 * minute : 1_000);
    }
    expect(calls).toBe(50);
    expect(reached(sandbox).length).toBeGreaterThan(100);
    while (known.resume !== undefined || known.remaining === undefined) {
      known = await resultOf(known.resume === undefined ? args : { resume: known.resume });
      clock.advance(7 * minute);
    }
    unknown = new Set(Array.isArray(known.unknown) ? known.unknown : []);
    expect(known).toMatchObject({ accepted: 300 - unknown.size, failed: [], remaining: 0 });
    const got = reached(sandbox);
    expect(new Set(got).size).toBe(got.length);
    expect(all.filter((id) => !got.includes(id) && !unknown.has(id))).toEqual([]);
  });

  test('accounts for each contact exactly once after every call, whatever happens', async () => {
    const event = fc.record({
      fault: fc.constantFrom(undefined, 'lost', 'sent', 429, 503, 400, 401),
      after: fc.nat(10),
      deadlineMs: fc.constantFrom(600, 1_200, 30_000),
      keepsAnswer: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 8 }), fc.nat(), async (events, salt) => {
        sandbox.reset();
        clock.advance(61 * minute);
        const all = followers(40);
        const args = { subscriber_ids: all, action: 'send_text', text: `Hello ${salt} ${clock.now()}` };
        let handle: unknown;
        for (const { fault, after, deadlineMs, keepsAnswer } of events) {
          const match = { path: 'sendContent' };
          if (typeof fault === 'number') sandbox.injectFault({ match, after, times: 2, status: fault, body: {} });
          else if (fault !== undefined) sandbox.injectFault({ ...lost('sendContent', fault === 'sent'), after });
          const side = { delivery: callAt(clock.now()).delivery, deadlineMs };
          const outcome = await used.caller.call(forEach, handle === undefined ? args : { resume: handle }, side);
          sandbox.clearFaults();
          clock.advance(20 * minute);
          const got = reached(sandbox);
          expect(new Set(got).size).toBe(got.length);
          if (!outcome.ok) continue;
          const { accepted, failed, unknown, remaining, resume, next_index: next = 40, skipped = [] } = outcome.result;
          const refused = (failed as { subscriber_ids: string[] }[]).flatMap((each) => each.subscriber_ids);
          const open = [...(skipped as string[]), ...all.slice(Number(next))];
          expect(open).toHaveLength(Number(remaining));
          const listed = [...refused, ...(unknown as string[]), ...open];
          expect(Number(accepted) + new Set(listed).size).toBe(40);
          for (const id of [...refused, ...open]) expect(got).not.toContain(id);
          if (keepsAnswer && resume !== undefined) handle = resume;
        }
      }),
      { numRuns: 12, seed: 5 },
    );
  });
});

describe('a call that is repeated because its answer was lost', () => {
  const args = { subscriber_ids: followers(5), ...closing };

  test('sends nothing again within an hour, and says so', async () => {
    await resultOf(args, { delivery: callAt(clock.now()).delivery });
    clock.advance(59 * minute);
    const again = await resultOf(args);
    expect(again).toMatchObject({
      accepted: 5,
      warnings: [expect.stringMatching(/^5 of them were already sent the same .* change it or wait an hour\.$/)],
    });
    expect(reached(sandbox)).toHaveLength(5);
  });

  test('goes on with the contacts whose turn had not come', async () => {
    const many = { ...args, subscriber_ids: followers(300) };
    await resultOf(many, { delivery: callAt(clock.now()).delivery, deadlineMs: 2_000 });
    const before = reached(sandbox).length;
    expect(before).toBeLessThan(100);
    clock.advance(10 * minute);
    const again = await resultOf(many);
    expect(again).toMatchObject({
      accepted: 300,
      warnings: [expect.stringContaining(`${before} of them were already`)],
    });
    expect(reached(sandbox).sort()).toEqual(followers(300));
  });

  test('is a new job if the answer was delivered: people say the same thing twice', async () => {
    await resultOf(args);
    clock.advance(6 * minute);
    expect(await resultOf(args)).toEqual({
      accepted: 5,
      failed: [],
      unknown: [],
      remaining: 0,
      channels: { messenger: 5 },
    });
    expect(reached(sandbox)).toHaveLength(10);
  });

  test('changes again what it changes: between the two calls another one may have changed it back', async () => {
    const fields = { subscriber_ids: followers(2), action: 'set_fields', fields: { reply_text: 'Hi' } };
    await resultOf(fields, { delivery: callAt(clock.now()).delivery });
    expect(await resultOf(fields)).toEqual({ done: 2, failed: [], unknown: [], remaining: 0 });
    expect(used.countOf('setCustomFields')).toBe(4);
  });

  test('starts a flow again for the contacts whose fields were set since', async () => {
    const flow = { subscriber_ids: followers(3), action: 'send_flow', flow_ns: 'content20240311101502_501223' };
    await resultOf(flow, { delivery: callAt(clock.now()).delivery });
    const [one] = followers(1);
    await used.result('manychat_set_custom_field_by_name', {
      subscriber_id: one,
      field_name: 'reply_text',
      field_value: 'New',
    });
    clock.advance(10 * minute);
    await resultOf(flow, { delivery: callAt(clock.now()).delivery });
    expect(used.countOf('sendFlow')).toBe(4);
  });
});

describe('two calls that resume a job at once', () => {
  test('work one after the other, and send once', async () => {
    const first = await resultOf({ subscriber_ids: followers(100), ...closing }, { deadlineMs: 2_000 });
    clock.advance(6 * minute);
    let most = 0;
    const onProgress = ({ message = '' }) => {
      if (message === 'started') most += 1;
    };
    const resume = { resume: first.resume };
    const results = await Promise.all([resultOf(resume, { onProgress }), resultOf(resume, { onProgress })]);
    expect(most).toBe(2);
    for (const result of results) expect(result).toMatchObject({ accepted: 100, remaining: 0 });
    expect(reached(sandbox).sort()).toEqual(followers(100));
  });

  test('the other is refused if its time does not suffice to wait', async () => {
    const first = await resultOf({ subscriber_ids: followers(200), ...closing }, { deadlineMs: 2_000 });
    const resume = { resume: first.resume };
    const long = resultOf(resume);
    expect(await used.caller.call(forEach, resume, { deadlineMs: 2_000 })).toMatchObject({
      ok: false,
      failure: {
        kind: 'rate_limited',
        message: 'Another call is working on this job',
        performed: 'no',
        retryable: true,
        retry_after_s: expect.any(Number),
      },
    });
    expect(await long).toMatchObject({ accepted: 200 });
    expect(reached(sandbox)).toHaveLength(200);
  });
});

describe('the handle of a job', () => {
  const shared = useSandbox({ followers: 40, limits: false });
  const begin = { subscriber_ids: followers(40), ...closing };
  const sends = (count: number) => ({ match: { path: 'sendContent' }, after: count, times: 99, status: 401, body: {} });

  test('is lost for another caller, account, account name and tool run, made up or dropped: one answer for all', async () => {
    const jobs = createMemoryJobs(() => 0);
    const named = { ...pinnedTo(shared) };
    const [own, other] = createCallers([named, directlyTo(shared)], { jobs });
    if (own === undefined || other === undefined) throw new Error('there are two');
    shared.injectFault(sends(10));
    const first = await own.call(forEach, begin, { principal: 'ann' });
    shared.clearFaults();
    if (!first.ok) throw new Error(JSON.stringify(first.failure));
    const { resume } = first.result;
    const before = reached(shared).length;
    const asked = [
      await own.call(forEach, { resume }, { principal: 'bob' }),
      await own.call(forEach, { resume }),
      await other.call(forEach, { resume }, { principal: 'ann' }),
      await own.call(forEach, { resume: 'x'.repeat(22) }, { principal: 'ann' }),
      await own.call(forEach, { resume: `${String(resume)}A` }, { principal: 'ann' }),
    ];
    for (const outcome of asked) expect(outcome).toEqual(asked[0]);
    expect(asked[0]).toMatchObject({
      ok: false,
      failure: {
        kind: 'not_found',
        message: expect.stringMatching(/^resume: there is no such job/),
        hint: expect.stringMatching(/^This call did nothing\. .*next_index/),
        performed: 'no',
        retryable: false,
      },
    });
    expect(reached(shared)).toHaveLength(before);
    expect(await own.call(forEach, { resume: ` ${String(resume)} ` }, { principal: 'ann' })).toMatchObject({
      ok: true,
      result: { accepted: 40, remaining: 0 },
    });
    expect(reached(shared).sort()).toEqual(followers(40));
    await own.close();
    await other.close();
  });

  test('is lost with the process, and next_index and skipped say where to go on', async () => {
    const open = () => createCallers([pinnedTo(shared)])[0];
    const [one, next] = [open(), open()];
    if (one === undefined || next === undefined) throw new Error('there are two');
    shared.injectFault({
      match: { path: 'sendContent' },
      after: 3,
      status: 429,
      body: {},
      headers: { 'retry-after': '70' },
    });
    const first = await one.call(forEach, begin);
    if (!first.ok) throw new Error(JSON.stringify(first.failure));
    const { resume, next_index, skipped = [] } = first.result;
    expect(await next.call(forEach, { resume })).toMatchObject({ ok: false, failure: { kind: 'not_found' } });
    const rest = [...(skipped as string[]), ...begin.subscriber_ids.slice(Number(next_index))];
    expect(rest).toHaveLength(Number(first.result.remaining));
    expect(await next.call(forEach, { ...begin, subscriber_ids: rest })).toMatchObject({ ok: true });
    expect(reached(shared).sort()).toEqual(followers(40));
    await one.close();
    await next.close();
  });

  test('leads to the connection on which the job was begun, and to no other', async () => {
    const environment = { ...pinnedTo(shared), MATON_CONNECTION_ID: '' };
    const [caller] = createCallers([environment]);
    if (caller === undefined) throw new Error('there is one');
    const connection_id = shared.connectionId;
    shared.injectFault(sends(1));
    const first = await caller.call(forEach, { subscriber_ids: [john, maria], ...closing, connection_id });
    shared.clearFaults();
    if (!first.ok) throw new Error(JSON.stringify(first.failure));
    const { resume } = first.result;
    expect(await caller.call(forEach, { resume, connection_id: shared.secondConnectionId })).toMatchObject({
      ok: false,
      failure: { message: 'connection_id: the job was begun on another connection; leave it out', performed: 'no' },
    });
    expect(await caller.call(forEach, { resume })).toMatchObject({ ok: true, result: { accepted: 2 } });
    await caller.close();
  });

  test('of a dry run does not exist', async () => {
    const [dry] = createCallers([{ ...pinnedTo(shared), MANYCHAT_MCP_DRY_RUN: '1' }]);
    const outcome = await dry?.call(forEach, begin);
    expect(outcome).toMatchObject({ ok: true, result: { dry_run: true, more_requests: 20 } });
    expect(JSON.stringify(outcome)).not.toContain('"resume"');
    await dry?.close();
  });
});
