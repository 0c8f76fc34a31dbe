import { describe, expect, test } from 'vitest';
import { HttpFault } from '../../src/upstream/client/http-client.js';
import { openDeadline } from '../../src/upstream/deadline.js';
import { callError } from '../../src/upstream/failures/call-error.js';
import { loadOf } from '../../src/upstream/pacing/limits.js';
import { type Load, type Pacer, TooLate } from '../../src/upstream/pacing/pacer.js';
import { withRetries } from '../../src/upstream/retry.js';
import { anyLoad, contexts, type Effect, endpointOf, hang, refused, run, type Script } from '../support/attempts.js';
import { manualClock } from '../support/timing.js';

describe('one call, tried again', () => {
  test('what may have happened: three tries of a read or set, with growing pauses; one of a send', async () => {
    const lost: Script = (_, onSent) => {
      onSent();
      throw new HttpFault('network', 'reset');
    };
    for (const effect of ['read', 'set'] as const) {
      const { tries, error, noted } = await run(effect, lost);
      expect(tries).toEqual([0, 300, 900]);
      expect(error?.outcome).toBe('ambiguous');
      expect(error?.failure).toMatchObject({
        kind: 'network',
        performed: effect === 'read' ? 'no' : 'unknown',
        retryable: true,
      });
      expect(noted).toMatchObject({ turns: 3, sent: 3, over: 3, pauses: [] });
    }
    expect((await run('set', lost, { random: 1 })).tries).toEqual([0, 600, 1_800]);
    const { tries, error } = await run('send', lost);
    expect(tries).toEqual([0]);
    expect(error?.failure).toMatchObject({
      performed: 'unknown',
      retryable: false,
      message: 'The connection broke: reset',
    });
  });

  test('what never left is tried three times, whatever the effect', async () => {
    const { tries, error } = await run('send', () => {
      throw new HttpFault('network', 'ECONNREFUSED');
    });
    expect(tries).toEqual([0, 300, 900]);
    expect(error?.failure).toMatchObject({ performed: 'no', retryable: true, message: 'No connection: ECONNREFUSED' });
  });

  test('a success on the second try is a success', async () => {
    const { tries, value } = await run('send', (count) => {
      if (count === 1) throw new HttpFault('network', 'ECONNREFUSED');
      return 'done';
    });
    expect({ tries, value }).toEqual({ tries: [0, 300], value: 'done' });
  });

  test('a plain refusal is final', async () => {
    const refusal = callError('not_found', contexts.read, {
      message: 'no',
      source: 'manychat',
      http_status: 400,
    });
    const { tries, error } = await run('read', () => Promise.reject(refusal));
    expect(tries).toEqual([0]);
    expect(error).toBe(refusal);
  });

  test('what a lost answer may have done is not denied by what comes after it', async () => {
    const refusal = (effect: Effect) =>
      callError('not_found', contexts[effect], {
        message: 'no',
        source: 'manychat',
        http_status: 400,
      });
    const lostThen =
      (next: () => never): Script =>
      (count, onSent) => {
        onSent();
        if (count === 1) throw new HttpFault('network', 'reset');
        return next();
      };
    for (const [effect, performed] of [
      ['set', 'unknown'],
      ['read', 'no'],
    ] as const) {
      const { tries, error } = await run(
        effect,
        lostThen(() => {
          throw refusal(effect);
        }),
      );
      expect(tries).toEqual([0, 300]);
      expect(error).toMatchObject({ outcome: 'refused', failure: { kind: 'not_found', performed, message: 'no' } });
    }
    const unsent = await run('set', (count, onSent) => {
      if (count === 1) onSent();
      throw new HttpFault('network', 'gone');
    });
    expect(unsent.error?.failure).toMatchObject({ kind: 'network', performed: 'unknown' });
  });

  test('an answer that is none of the API is told by who sent it', async () => {
    const strange: Script = (_, onSent) => {
      onSent();
      throw new HttpFault('unreadable', 'headers without end');
    };
    const { error } = await run('send', strange);
    expect(error?.failure).toMatchObject({
      kind: 'bad_response',
      source: 'gateway',
      performed: 'unknown',
      message: 'headers without end',
    });
  });

  test('a 429 is waited out as told, everybody pausing; untold, with a growing pause of its own', async () => {
    const told = await run('send', (count) => (count < 3 ? Promise.reject(refused('send', 2)) : 'done'));
    expect(told).toMatchObject({ tries: [0, 2_000, 4_000], value: 'done', noted: { pauses: [2_000, 2_000] } });
    const untold = await run('send', () => Promise.reject(refused('send')));
    expect(untold.tries).toEqual([0, 500, 1_500, 3_500, 7_500]);
    expect(untold.noted.pauses).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
    expect(untold.noted.arrivals).toEqual([0, 0, 0, 3_500, 7_500]);
    expect(untold.error?.failure).toMatchObject({ kind: 'rate_limited', performed: 'no', retryable: true });
  });

  test('no try begins when its answer would come too late', async () => {
    const { tries, at } = await run('send', () => Promise.reject(refused('send', 9.5)));
    expect(tries).toEqual([0]);
    expect(at).toBe(0);
    expect((await run('send', (count) => (count === 1 ? Promise.reject(refused('send', 9)) : 'done'))).tries).toEqual([
      0, 9_000,
    ]);
  });

  test('a hanging read uses a third of the time for each try, a hanging send all of it', async () => {
    const read = await run('read', (_, onSent, signal) => {
      onSent();
      return hang(signal);
    });
    expect(read.tries).toEqual([0, 3_567, 7_433]);
    expect(read.error?.failure).toMatchObject({
      kind: 'timeout',
      performed: 'no',
      message: 'No answer within 9.8 seconds',
    });
    const send = await run('send', (_, onSent, signal) => {
      onSent();
      return hang(signal);
    });
    expect(send).toMatchObject({ tries: [0], at: 9_800 });
    expect(send.error?.failure).toMatchObject({ kind: 'timeout', performed: 'unknown' });
    const unopened = await run('send', (_, __, signal) => hang(signal));
    expect(unopened.error?.failure).toMatchObject({
      kind: 'timeout',
      performed: 'no',
      message: 'No connection within 9.8 seconds',
    });
  });

  test('a cancellation ends what may be repeated at once, and what may not only before it has left', async () => {
    const unanswered: Script = (_, onSent, signal) => {
      onSent();
      return hang(signal);
    };
    const read = await run('read', unanswered, { cancelAt: 1_000 });
    expect(read).toMatchObject({ at: 1_000, noted: { over: 1 } });
    const unopened = await run('send', (_, __, signal) => hang(signal), { cancelAt: 1_000 });
    expect(unopened).toMatchObject({ at: 1_000, noted: { over: 1 } });
    expect(unopened.error?.failure).toMatchObject({ kind: 'cancelled', performed: 'no' });
    const late = await run('send', unanswered, { cancelAt: 1_000 });
    expect(late).toMatchObject({ at: 9_800, noted: { over: 1 } });
    expect(late.error?.failure).toMatchObject({ kind: 'cancelled', performed: 'unknown', source: 'client' });
    const pausing = await run('send', () => Promise.reject(refused('send', 5)), { cancelAt: 1_000 });
    expect(pausing).toMatchObject({ at: 1_000, tries: [0, 1_000] });
  });

  test('a defect on the way tells whether the request had left', async () => {
    const before = await run('send', () => {
      throw new Error('oops');
    });
    expect(before.tries).toEqual([0]);
    expect(before.error?.failure).toMatchObject({ kind: 'internal', performed: 'no', message: 'Internal error: oops' });
    const after = await run('send', (_, onSent) => {
      onSent();
      throw new TypeError('oops');
    });
    expect(after.error?.failure).toMatchObject({ kind: 'internal', performed: 'unknown', retryable: false });
  });

  test('who waits is told each second', async () => {
    const seconds: number[] = [];
    await run('send', (count) => (count === 1 ? Promise.reject(refused('send', 4)) : 'done'), {
      onWait: (told) => void seconds.push(told),
    });
    expect(seconds).toEqual([1, 2, 3]);
  });

  test('no place in time is a refusal that says how long it would take', async () => {
    const clock = manualClock();
    const { deadline, close } = openDeadline(clock, 10_000, new AbortController().signal);
    const pacer: Pacer = { turn: () => Promise.reject(new TooLate(61_200)) };
    const call = withRetries(async () => 'never', anyLoad, deadline, contexts.send, {
      pacer,
      clock,
      random: () => 0,
    });
    await expect(call).rejects.toMatchObject({
      failure: { kind: 'rate_limited', source: 'client', performed: 'no', retryable: true, retry_after_s: 62 },
    });
    close();
  });
});

describe('what a request counts against', () => {
  const keys = ({ limits }: Load) =>
    limits.map(({ key, of, calls, windowMs }) => `${of}, ${key}: ${calls} in ${windowMs}`);
  test('through Maton: the account, the endpoint, and for flows the contact', () => {
    const load = loadOf(endpointOf('manychat_send_flow'), { subscriber_id: '5' }, 'c1', true);
    expect(keys(load)).toEqual([
      'account, account: 10 in 1000',
      'connection, c1 /fb/sending/sendFlow: 20 in 1000',
      'connection, c1 /fb/sending/sendFlow 5: 100 in 3600000',
    ]);
    expect([load.account, load.connection]).toEqual(['account', 'connection c1']);
    const connections = loadOf(endpointOf('manychat_list_connections'), {}, undefined, true);
    expect([keys(connections), connections.connection]).toEqual([['account, account: 10 in 1000'], undefined]);
  });
  test('directly: the endpoint', () => {
    const load = loadOf(endpointOf('manychat_get_page'), {}, undefined, false);
    expect(keys(load)).toEqual(['connection,  /fb/page/getInfo: 100 in 1000']);
    expect(load.account).toBe(load.connection);
    expect(loadOf(endpointOf('manychat_get_subscriber_by_user_ref'), {}, undefined, false).limits).toEqual([]);
  });
});
