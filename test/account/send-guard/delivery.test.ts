import { describe, expect, test } from 'vitest';
import { type Delivery, trackDeliveries } from '../../../src/account/send-guard/delivery.js';
import { deferred } from '../../support/deferred.js';
import { manualClock, settle } from '../../support/timing.js';

const events: object = { whenAnswered: expect.any(Promise), whenCancelled: expect.any(Promise) };

describe('the tracker of deliveries', () => {
  const call = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'x' } });
  const cancel = (requestId: unknown) => ({ method: 'notifications/cancelled', params: { requestId } });
  const answer = (id: unknown) => ({ jsonrpc: '2.0', id, result: {} });
  const track = () => {
    const clock = manualClock();
    return { clock, deliveries: trackDeliveries(clock.now) };
  };
  /** The delivery of a call that must be tracked. */
  function tracked(delivery: Delivery | undefined): Delivery {
    if (delivery === undefined) throw new Error('the call is not tracked');
    return delivery;
  }

  test('counts a call as answered once the transport has taken the response, not when it is written', async () => {
    const { clock, deliveries } = track();
    clock.advance(5);
    deliveries.read(call(1));
    const delivery = tracked(deliveries.of(1));
    expect(delivery).toEqual({ arrivedAt: 5, answeredAt: undefined, cancelled: false, ...events });
    clock.advance(10);
    const written = deferred();
    deliveries.write(answer(1), written.promise);
    clock.advance(20);
    await settle();
    expect(delivery.answeredAt).toBeUndefined();
    written.resolve();
    await settle();
    expect(delivery).toEqual({ arrivedAt: 5, answeredAt: 35, cancelled: false, ...events });
    expect(deliveries.of(1)).toBeUndefined();
  });

  test('marks a call as cancelled by a notification', () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    deliveries.read(cancel(1));
    expect(tracked(deliveries.of(1)).cancelled).toBe(true);
  });

  test('ignores a cancellation that is sent as a request', () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    deliveries.read({ id: 2, ...cancel(1) });
    expect(tracked(deliveries.of(1)).cancelled).toBe(false);
  });

  test('counts an error response as an answer', async () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    const delivery = tracked(deliveries.of(1));
    const response = { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'no' } };
    deliveries.write(response, Promise.resolve());
    await settle();
    expect(delivery.answeredAt).toBe(0);
  });

  test('does not count a response that could not be written as an answer', async () => {
    const { deliveries } = track();
    deliveries.read(call(2));
    const delivery = tracked(deliveries.of(2));
    deliveries.write(answer(2), Promise.reject(new Error('closed')));
    await settle();
    expect(delivery.answeredAt).toBeUndefined();
  });

  test('marks the delivery that a call already has as cancelled', () => {
    const { deliveries } = track();
    deliveries.read(call('a'));
    const before = tracked(deliveries.of('a'));
    deliveries.read(cancel('a'));
    expect(before.cancelled).toBe(true);
    expect(deliveries.of('a')).toBe(before);
  });

  test('ignores the cancellation of another call', () => {
    const { deliveries } = track();
    deliveries.read(call('a'));
    deliveries.read(cancel('b'));
    expect(tracked(deliveries.of('a')).cancelled).toBe(false);
  });

  test('ignores a cancellation after the answer', async () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    const delivery = tracked(deliveries.of(1));
    deliveries.write(answer(1), Promise.resolve());
    deliveries.read(cancel(1));
    await settle();
    expect(delivery).toEqual({ arrivedAt: 0, answeredAt: 0, cancelled: false, ...events });
  });

  test('tells the ids 1 and "1" apart', async () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    deliveries.read(call('1'));
    const [number, text] = [tracked(deliveries.of(1)), tracked(deliveries.of('1'))];
    deliveries.write(answer('1'), Promise.resolve());
    deliveries.read(cancel(1));
    await settle();
    expect(number).toEqual({ arrivedAt: 0, answeredAt: undefined, cancelled: true, ...events });
    expect(text).toEqual({ arrivedAt: 0, answeredAt: 0, cancelled: false, ...events });
  });

  test.each([
    [
      'after its answer',
      (deliveries: ReturnType<typeof trackDeliveries>) => deliveries.write(answer(1), new Promise(() => undefined)),
    ],
    ['after it was cancelled', (deliveries: ReturnType<typeof trackDeliveries>) => deliveries.read(cancel(1))],
  ])('starts a new delivery if an id is used again %s', async (_, end) => {
    const { clock, deliveries } = track();
    deliveries.read(call(1));
    const first = tracked(deliveries.of(1));
    end(deliveries);
    clock.advance(1);
    deliveries.read(call(1));
    const second = tracked(deliveries.of(1));
    expect(second).toEqual({ arrivedAt: 1, answeredAt: undefined, cancelled: false, ...events });
    deliveries.write(answer(1), Promise.resolve());
    await settle();
    expect([first.answeredAt, second.answeredAt]).toEqual([undefined, 1]);
  });

  test('counts neither of two open calls with the same id as answered', async () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    const first = tracked(deliveries.of(1));
    deliveries.read(call(1));
    const second = tracked(deliveries.of(1));
    for (let count = 0; count < 2; count += 1) deliveries.write(answer(1), Promise.resolve());
    await settle();
    expect([first.answeredAt, second.answeredAt]).toEqual([undefined, undefined]);
  });

  test.each([
    ['another request', { id: 2, method: 'tools/list' }],
    ['a tool call without an id', { method: 'tools/call' }],
    ['a response', { id: 2, result: {} }],
    ['an empty frame', {}],
  ])('does not track %s', (_, frame) => {
    const { deliveries } = track();
    deliveries.read(frame);
    expect(deliveries.of(2)).toBeUndefined();
    expect(deliveries.of(undefined)).toBeUndefined();
  });

  test('does not count a question of the server with the same id as an answer', async () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    const delivery = tracked(deliveries.of(1));
    deliveries.write({ id: 1, method: 'elicitation/create' }, Promise.resolve());
    await settle();
    expect(delivery).toEqual({ arrivedAt: 0, answeredAt: undefined, cancelled: false, ...events });
    expect(deliveries.of(1)).toBe(delivery);
  });

  test.each([[undefined], [null], [[]], [{ requestId: {} }]])(
    'ignores a cancellation with the malformed parameters %j',
    (params) => {
      const { deliveries } = track();
      deliveries.read(call(1));
      deliveries.read({ method: 'notifications/cancelled', params });
      expect(tracked(deliveries.of(1))).toEqual({
        arrivedAt: 0,
        answeredAt: undefined,
        cancelled: false,
        ...events,
      });
    },
  );

  test('forgets the oldest of more than 10,000 unanswered calls', () => {
    const { deliveries } = track();
    for (let id = 0; id < 10_001; id += 1) deliveries.read(call(id));
    expect(deliveries.of(0)).toBeUndefined();
    expect(deliveries.of(1)).toBeDefined();
    expect(deliveries.of(10_000)).toBeDefined();
  });
});
