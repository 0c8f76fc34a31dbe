import { describe, expect, test } from 'vitest';
import { HttpFault } from '../../src/upstream/client/http-client.js';
import { callError } from '../../src/upstream/failures/call-error.js';
import { contexts, type Effect, hang, refused, run, type Script } from '../support/attempts.js';

/** The request leaves, and its response is lost. */
const lost: Script = (_, onSent) => {
  onSent();
  throw new HttpFault('network', 'reset');
};

/** The request never leaves. */
const unreachable: Script = () => {
  throw new HttpFault('network', 'ECONNREFUSED');
};

/** The request leaves, and no response comes. */
const unanswered: Script = (_, onSent, signal) => {
  onSent();
  return hang(signal);
};

/** No connection is opened. */
const unopened: Script = (_, __, signal) => hang(signal);

/** A refusal that is no 429. */
const notFound = (effect: Effect) =>
  callError('not_found', contexts[effect], { message: 'no', source: 'manychat', http_status: 400 });

describe('a request whose response is lost', () => {
  test.each([
    ['read', 'no'],
    ['set', 'unknown'],
  ] as const)('is made three times with growing waits: %s', async (effect, performed) => {
    const { tries, error, noted } = await run(effect, lost);
    // Backoffs of 600 and 1200 ms; a random number of 0 halves them.
    expect(tries).toEqual([0, 300, 900]);
    expect(error?.outcome).toBe('ambiguous');
    expect(error?.failure).toMatchObject({ kind: 'network', performed, retryable: true });
    expect(noted).toMatchObject({ turns: 3, sent: 3, over: 3, pauses: [] });
  });

  test('waits for the full backoff at most', async () => {
    expect((await run('set', lost, { random: 1 })).tries).toEqual([0, 600, 1_800]);
  });

  test('is made once: send', async () => {
    const { tries, error } = await run('send', lost);
    expect(tries).toEqual([0]);
    expect(error?.failure).toMatchObject({
      performed: 'unknown',
      retryable: false,
      message: 'The connection broke: reset',
    });
  });

  /** The first response is lost; what follows is scripted. */
  const lostThen =
    (next: Script): Script =>
    (count, onSent, signal) =>
      (count === 1 ? lost : next)(count, onSent, signal);

  test.each([
    ['set', 'unknown'],
    ['read', 'no'],
  ] as const)('keeps its unknown effect when a later attempt is refused: %s', async (effect, performed) => {
    const { tries, error } = await run(
      effect,
      lostThen(() => {
        throw notFound(effect);
      }),
    );
    expect(tries).toEqual([0, 300]);
    expect(error).toMatchObject({ outcome: 'refused', failure: { kind: 'not_found', performed, message: 'no' } });
  });

  test('keeps its unknown effect when a later attempt never leaves', async () => {
    const { error } = await run('set', lostThen(unreachable));
    expect(error?.failure).toMatchObject({ kind: 'network', performed: 'unknown' });
  });

  test('keeps its unknown effect and its source when a later attempt gets a 429', async () => {
    const { noted, error } = await run(
      'set',
      lostThen(() => Promise.reject(refused('set', 60))),
    );
    expect(noted.refusals).toEqual(['unclear']);
    expect(error?.failure).toMatchObject({ kind: 'rate_limited', performed: 'unknown' });
  });
});

describe('a request that never left', () => {
  test('is made three times, even a send', async () => {
    const { tries, error } = await run('send', unreachable);
    expect(tries).toEqual([0, 300, 900]);
    expect(error?.failure).toMatchObject({ performed: 'no', retryable: true, message: 'No connection: ECONNREFUSED' });
  });

  test('succeeds when its second attempt does', async () => {
    const { tries, value } = await run('send', (count, ...rest) =>
      count === 1 ? unreachable(count, ...rest) : 'done',
    );
    expect({ tries, value }).toEqual({ tries: [0, 300], value: 'done' });
  });
});

test('a refusal that is no 429 is final', async () => {
  const refusal = notFound('read');
  const { tries, error } = await run('read', () => Promise.reject(refusal));
  expect(tries).toEqual([0]);
  expect(error).toBe(refusal);
});

test('a response that no API sends fails with its sender as the source', async () => {
  const { error } = await run('send', (_, onSent) => {
    onSent();
    throw new HttpFault('unreadable', 'headers without end');
  });
  expect(error?.failure).toMatchObject({
    kind: 'bad_response',
    source: 'gateway',
    performed: 'unknown',
    message: 'headers without end',
  });
});

describe('a 429', () => {
  test('is retried after its Retry-After, for which all requests pause', async () => {
    const ended = await run('send', (count) => (count < 3 ? Promise.reject(refused('send', 2)) : 'done'));
    expect(ended).toMatchObject({ tries: [0, 2_000, 4_000], value: 'done', noted: { pauses: [2_000, 2_000] } });
  });

  test('without Retry-After is retried with growing waits until the deadline', async () => {
    const { tries, error } = await run('send', () => Promise.reject(refused('send')));
    // Waits of 1, 2, 4 and 8 s, halved by a random number of 0; the next would pass the deadline of 10 s.
    expect(tries).toEqual([0, 500, 1_500, 3_500, 7_500]);
    expect(error?.failure).toMatchObject({ kind: 'rate_limited', performed: 'no', retryable: true });
  });

  test('without Retry-After pauses all requests for a second each time', async () => {
    const { noted } = await run('send', () => Promise.reject(refused('send')));
    expect(noted.pauses).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
  });

  test('keeps the place in the queue twice; after the third the request goes to its end', async () => {
    const { noted } = await run('send', () => Promise.reject(refused('send')));
    expect(noted.arrivals).toEqual([0, 0, 0, 3_500, 7_500]);
  });

  test('is not retried when the response would come after the deadline', async () => {
    // No request starts later than 9.3 s after arrival: 2 % and 5 % of 10 s are kept for the answer and the request.
    const { tries, at } = await run('send', () => Promise.reject(refused('send', 9.5)));
    expect({ tries, at }).toEqual({ tries: [0], at: 0 });
  });

  test('is retried when the response can come before the deadline', async () => {
    const { tries } = await run('send', (count) => (count === 1 ? Promise.reject(refused('send', 9)) : 'done'));
    expect(tries).toEqual([0, 9_000]);
  });
});

describe('a request without a response', () => {
  test('gets a third of the time for each attempt: read', async () => {
    const { tries, error } = await run('read', unanswered);
    // 9.8 s are spendable: attempts of 3267 ms, with backoffs of 300 and 600 ms between them.
    expect(tries).toEqual([0, 3_567, 7_433]);
    expect(error?.failure).toMatchObject({
      kind: 'timeout',
      performed: 'no',
      message: 'No answer within 9.8 seconds',
    });
  });

  test('gets all of the time: send', async () => {
    const { tries, at, error } = await run('send', unanswered);
    expect({ tries, at }).toEqual({ tries: [0], at: 9_800 });
    expect(error?.failure).toMatchObject({ kind: 'timeout', performed: 'unknown' });
  });

  test('says that it had no connection where it never left', async () => {
    const { error } = await run('send', unopened);
    expect(error?.failure).toMatchObject({
      kind: 'timeout',
      performed: 'no',
      message: 'No connection within 9.8 seconds',
    });
  });
});

describe('a cancellation', () => {
  const cancelAt = 1_000;

  test('ends a request that can be repeated at once', async () => {
    expect(await run('read', unanswered, { cancelAt })).toMatchObject({ at: 1_000, noted: { over: 1 } });
  });

  test('ends a send at once before it has left', async () => {
    const { at, noted, error } = await run('send', unopened, { cancelAt });
    expect({ at, over: noted.over }).toEqual({ at: 1_000, over: 1 });
    expect(error?.failure).toMatchObject({ kind: 'cancelled', performed: 'no' });
  });

  test('does not end a send that has left', async () => {
    const { at, noted, error } = await run('send', unanswered, { cancelAt });
    expect({ at, over: noted.over }).toEqual({ at: 9_800, over: 1 });
    expect(error?.failure).toMatchObject({ kind: 'cancelled', performed: 'unknown', source: 'client' });
  });

  test('ends the wait before a retry', async () => {
    const ended = await run('send', () => Promise.reject(refused('send', 5)), { cancelAt });
    expect(ended).toMatchObject({ at: 1_000, tries: [0, 1_000] });
  });
});

describe('a defect in an attempt', () => {
  test('had no effect where the request had not left', async () => {
    const { tries, error } = await run('send', () => {
      throw new Error('oops');
    });
    expect(tries).toEqual([0]);
    expect(error?.failure).toMatchObject({ kind: 'internal', performed: 'no', message: 'Internal error: oops' });
  });

  test('has an unknown effect where the request had left', async () => {
    const { error } = await run('send', (_, onSent) => {
      onSent();
      throw new TypeError('oops');
    });
    expect(error?.failure).toMatchObject({ kind: 'internal', performed: 'unknown', retryable: false });
  });
});

test('a waiting call reports the seconds since its arrival', async () => {
  const reported: number[] = [];
  await run('send', (count) => (count === 1 ? Promise.reject(refused('send', 4)) : 'done'), {
    onWait: (seconds) => void reported.push(seconds),
  });
  expect(reported).toEqual([1, 2, 3]);
});
