import { describe, expect, test } from 'vitest';
import { type Delivery, trackDeliveries } from '../../../src/account/send-guard/delivery.js';
import { deferred } from '../../support/deferred.js';
import { manualClock, settle } from '../../support/timing.js';

describe('deliveries', () => {
  const call = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'x' } });
  const cancel = (requestId: unknown) => ({ method: 'notifications/cancelled', params: { requestId } });
  const answer = (id: unknown) => ({ jsonrpc: '2.0', id, result: {} });
  const track = () => {
    const clock = manualClock();
    return { clock, deliveries: trackDeliveries(clock.now) };
  };
  /** The delivery of a call that must be known. */
  function known(delivery: Delivery | undefined): Delivery {
    if (delivery === undefined) throw new Error('the call is not known');
    return delivery;
  }

  test('a call is answered when the transport has its answer, not when the answer is written', async () => {
    const { clock, deliveries } = track();
    clock.advance(5);
    deliveries.read(call(1));
    const delivery = known(deliveries.of(1));
    expect(delivery).toEqual({ arrivedAt: 5, answeredAt: undefined, cancelled: false });
    clock.advance(10);
    const written = deferred();
    deliveries.write(answer(1), written.promise);
    clock.advance(20);
    await settle();
    expect(delivery.answeredAt).toBeUndefined();
    written.resolve();
    await settle();
    expect(delivery).toEqual({ arrivedAt: 5, answeredAt: 35, cancelled: false });
    expect(deliveries.of(1)).toBeUndefined();
  });

  test('a cancellation that is a request cancels nothing', () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    deliveries.read({ id: 2, ...cancel(1) });
    expect(known(deliveries.of(1)).cancelled).toBe(false);
    deliveries.read(cancel(1));
    expect(known(deliveries.of(1)).cancelled).toBe(true);
  });

  test('an error is an answer; an answer that could not be written is none', async () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    deliveries.read(call(2));
    const [first, second] = [known(deliveries.of(1)), known(deliveries.of(2))];
    const refused = { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'no' } };
    deliveries.write(refused, Promise.resolve());
    deliveries.write(answer(2), Promise.reject(new Error('closed')));
    await settle();
    expect([first.answeredAt, second.answeredAt]).toEqual([0, undefined]);
  });

  test('a call that was cancelled is told so, also when it has not been begun', () => {
    const { deliveries } = track();
    deliveries.read(call('a'));
    const before = known(deliveries.of('a'));
    deliveries.read(cancel('b'));
    expect(before.cancelled).toBe(false);
    deliveries.read(cancel('a'));
    expect(before.cancelled).toBe(true);
    expect(deliveries.of('a')).toBe(before);
  });

  test('a cancellation that comes after the answer changes nothing', async () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    const delivery = known(deliveries.of(1));
    deliveries.write(answer(1), Promise.resolve());
    deliveries.read(cancel(1));
    await settle();
    expect(delivery).toEqual({ arrivedAt: 0, answeredAt: 0, cancelled: false });
  });

  test('1 and "1" are two calls', async () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    deliveries.read(call('1'));
    const [number, text] = [known(deliveries.of(1)), known(deliveries.of('1'))];
    deliveries.write(answer('1'), Promise.resolve());
    deliveries.read(cancel(1));
    await settle();
    expect(number).toEqual({ arrivedAt: 0, answeredAt: undefined, cancelled: true });
    expect(text).toEqual({ arrivedAt: 0, answeredAt: 0, cancelled: false });
  });

  test.each([
    [
      'after its answer',
      (deliveries: ReturnType<typeof trackDeliveries>) => deliveries.write(answer(1), new Promise(() => undefined)),
    ],
    ['after it was cancelled', (deliveries: ReturnType<typeof trackDeliveries>) => deliveries.read(cancel(1))],
  ])('an id that is used again %s begins a new delivery', async (_, end) => {
    const { clock, deliveries } = track();
    deliveries.read(call(1));
    const first = known(deliveries.of(1));
    end(deliveries);
    clock.advance(1);
    deliveries.read(call(1));
    const second = known(deliveries.of(1));
    expect(second).toEqual({ arrivedAt: 1, answeredAt: undefined, cancelled: false });
    deliveries.write(answer(1), Promise.resolve());
    await settle();
    expect([first.answeredAt, second.answeredAt]).toEqual([undefined, 1]);
  });

  test('of two open calls with one id none is taken for answered', async () => {
    const { deliveries } = track();
    deliveries.read(call(1));
    const first = known(deliveries.of(1));
    deliveries.read(call(1));
    const second = known(deliveries.of(1));
    for (let count = 0; count < 2; count += 1) deliveries.write(answer(1), Promise.resolve());
    await settle();
    expect([first.answeredAt, second.answeredAt]).toEqual([undefined, undefined]);
  });

  test('questions of the server and frames of other kinds are no calls and no answers', async () => {
    const { deliveries } = track();
    for (const frame of [{ id: 2, method: 'tools/list' }, { method: 'tools/call' }, { id: 2, result: {} }, {}])
      deliveries.read(frame);
    expect(deliveries.of(2)).toBeUndefined();
    deliveries.read(call(1));
    const delivery = known(deliveries.of(1));
    deliveries.write({ id: 1, method: 'elicitation/create' }, Promise.resolve());
    for (const params of [undefined, null, [], { requestId: {} }])
      deliveries.read({ method: 'notifications/cancelled', params });
    await settle();
    expect(delivery).toEqual({ arrivedAt: 0, answeredAt: undefined, cancelled: false });
    expect(deliveries.of(1)).toBe(delivery);
  });

  test('calls that are never answered are forgotten in the end, the oldest first', () => {
    const { deliveries } = track();
    for (let id = 0; id < 10_001; id += 1) deliveries.read(call(id));
    expect(deliveries.of(0)).toBeUndefined();
    expect(deliveries.of(1)).toBeDefined();
    expect(deliveries.of(10_000)).toBeDefined();
  });
});
