import { describe, expect, onTestFinished, test } from 'vitest';
import { openDeadline, withinDeadline, yielding } from '../../src/upstream/deadline.js';
import { contexts } from '../support/attempts.js';
import { createCaller } from '../support/caller.js';
import { deferred } from '../support/deferred.js';
import { drivenClock } from '../support/driven.js';
import { never } from '../support/pace.js';
import { through } from '../support/program.js';
import { manualClock } from '../support/timing.js';
import { startUpstream } from '../support/upstream.js';

const flow = { subscriber_id: '1', flow_ns: 'content1' };

describe('the deadline of a call', () => {
  test('includes the lookup of its connection', async () => {
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
    // 2 % of the deadline are kept for returning the answer.
    expect(clock.now()).toBe(9_800);
    await caller.close();
    await upstream.close();
  });

  /** A deadline of 10 seconds, opened at 1000. */
  function opened() {
    const clock = manualClock();
    clock.advance(1_000);
    const cancel = new AbortController();
    const { deadline, close } = openDeadline(clock, 10_000, cancel.signal);
    onTestFinished(close);
    return { clock, cancel, deadline };
  }

  test('keeps 2 % for the answer and 5 % for the last request', () => {
    const { deadline } = opened();
    expect(deadline).toMatchObject({ arrived: 1_000, latestStart: 1_000 + 9_300 });
  });

  test.each([
    ['half of a short call', 10_000, 4_650],
    ['30 seconds of a long one', 600_000, 30_000],
  ])('of a call for many contacts lets others go first, for %s at the most', (_, deadlineMs, yieldMs) => {
    const { deadline, close } = openDeadline(manualClock(), deadlineMs, never);
    close();
    expect([deadline.yieldMs, yielding(deadline).yieldMs]).toEqual([0, yieldMs]);
  });

  test('gives an attempt that can be repeated a third of the time', () => {
    expect(opened().deadline.attemptMs).toBeCloseTo(9_800 / 3);
  });

  test('expires once its time is up', () => {
    const { clock, deadline } = opened();
    clock.advance(9_799);
    expect(deadline.expired.aborted).toBe(false);
    clock.advance(1);
    expect([deadline.expired.aborted, deadline.stop.aborted, deadline.cancelled.aborted]).toEqual([true, true, false]);
  });

  test('ends the wait for a shared value with its cancellation, and not the value itself', async () => {
    const { clock, cancel, deadline } = opened();
    const shared = deferred();
    const waiting = withinDeadline(deadline, shared.promise, contexts.read, clock);
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ failure: { kind: 'cancelled', performed: 'no' } });
    shared.resolve();
    await expect(shared.promise).resolves.toBeUndefined();
  });

  test('passes on the value, and its rejection', async () => {
    const { clock, deadline } = opened();
    const wait = <Value>(value: Promise<Value>) => withinDeadline(deadline, value, contexts.read, clock);
    await expect(wait(Promise.resolve('value'))).resolves.toBe('value');
    await expect(wait(Promise.reject(new Error('no value')))).rejects.toThrow('no value');
  });
});
