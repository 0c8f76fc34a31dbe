import { expect, test } from 'vitest';
import { createResource } from '../../../ui/inbox/state/resource.js';
import { deferred } from '../../support/deferred.js';

/** A resource whose readings the test answers. */
function readByHand() {
  const readings: {
    signal: AbortSignal;
    /** What was known when the answer arrived. */
    before?: string | undefined;
    answer: (data: string) => void;
    fail: (error: Error) => void;
  }[] = [];
  const pauses: { signal: AbortSignal; end: () => void }[] = [];
  const resource = createResource<string>(
    (signal) =>
      new Promise((resolve, fail) => {
        const reading: (typeof readings)[number] = {
          signal,
          fail,
          answer: (data) =>
            resolve((before) => {
              reading.before = before;
              return data;
            }),
        };
        readings.push(reading);
      }),
    (signal) => {
      const { promise, resolve } = deferred();
      pauses.push({ signal, end: resolve });
      signal.addEventListener('abort', () => resolve());
      return promise;
    },
  );
  return { resource, readings, pauses };
}

/** Lets what was resolved go on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('is read once it is shown, and not before', async () => {
  const { resource, readings } = readByHand();
  resource.invalidate();
  expect(readings).toHaveLength(0);
  resource.use();
  expect(readings).toHaveLength(1);
  readings[0]?.answer('one');
  await settled();
  expect(resource.get()).toEqual({ data: 'one', error: undefined, loading: false });
});

test('is read with one request at a time; what changes meanwhile leads to one more reading, after a pause', async () => {
  const { resource, readings, pauses } = readByHand();
  resource.use();
  for (let count = 0; count < 50; count += 1) resource.invalidate();
  readings[0]?.answer('one');
  await settled();
  expect([readings.length, pauses.length]).toEqual([1, 1]);
  for (let count = 0; count < 50; count += 1) resource.invalidate();
  pauses[0]?.end();
  await settled();
  expect(readings).toHaveLength(2);
  readings[1]?.answer('two');
  await settled();
  expect([readings.length, pauses.length, resource.get().data]).toEqual([2, 1, 'two']);
});

test('keeps what it knows, with the reason, when a reading fails', async () => {
  const { resource, readings } = readByHand();
  resource.use();
  readings[0]?.answer('one');
  await settled();
  resource.invalidate();
  readings[1]?.fail(new Error('The sandbox cannot be reached.'));
  await settled();
  expect(resource.get()).toEqual({ data: 'one', error: 'The sandbox cannot be reached.', loading: false });
  resource.invalidate();
  readings[2]?.answer('two');
  await settled();
  expect(resource.get()).toEqual({ data: 'two', error: undefined, loading: false });
});

test('drops an answer for what is no longer shown, and reads anew without a pause', async () => {
  const { resource, readings, pauses } = readByHand();
  resource.use();
  readings[0]?.answer('of Maria');
  await settled();
  resource.invalidate();
  resource.invalidate();
  resource.restart();
  expect(resource.get()).toEqual({ data: undefined, error: undefined, loading: true });
  expect(readings[1]?.signal.aborted).toBe(true);
  readings[1]?.answer('of Maria, again');
  await settled();
  expect(resource.get().data).toBeUndefined();
  readings[2]?.answer('of Tom');
  await settled();
  expect(readings[2]).toHaveProperty('before', undefined);
  expect([resource.get().data, pauses.length]).toEqual(['of Tom', 0]);
});

test('a restart during a pause ends the pause', async () => {
  const { resource, readings, pauses } = readByHand();
  resource.use();
  resource.invalidate();
  readings[0]?.answer('one');
  await settled();
  expect(pauses).toHaveLength(1);
  resource.restart('keep');
  await settled();
  expect(readings).toHaveLength(2);
  expect(resource.get()).toMatchObject({ data: 'one', loading: true });
  readings[1]?.answer('two');
  await settled();
  expect(readings[1]?.before).toBe('one');
});

test('is not read while nobody shows it, and is then read because it changed meanwhile', async () => {
  const { resource, readings } = readByHand();
  const leave = resource.use();
  readings[0]?.answer('one');
  await settled();
  leave();
  resource.invalidate();
  await settled();
  expect(readings).toHaveLength(1);
  resource.use();
  expect(readings).toHaveLength(2);
});

test('an answer joins what is known when it arrives, and what was read beside it stays', async () => {
  const { resource, readings } = readByHand();
  resource.use();
  readings[0]?.answer('one');
  await settled();
  resource.invalidate();
  await resource.extend(async () => (data) => `earlier, ${data}`);
  expect(resource.get().data).toBe('earlier, one');
  readings[1]?.answer('two');
  await settled();
  expect(readings[1]?.before).toBe('earlier, one');
});

test('what was read beside something else is dropped, also its failure', async () => {
  const { resource, readings } = readByHand();
  resource.use();
  readings[0]?.answer('of Maria');
  await settled();
  const [more, failing] = [deferred(), deferred()];
  const both = [
    resource.extend(async () => {
      await more.promise;
      return (data) => `earlier, ${data}`;
    }),
    resource.extend(async () => {
      await failing.promise;
      throw new Error('No such contact.');
    }),
  ];
  await expect(
    resource.extend(async () => {
      throw new Error('The sandbox cannot be reached.');
    }),
  ).rejects.toThrow('The sandbox cannot be reached.');
  resource.restart();
  readings[1]?.answer('of Tom');
  await settled();
  more.resolve();
  failing.resolve();
  await Promise.all(both);
  expect(resource.get()).toEqual({ data: 'of Tom', error: undefined, loading: false });
});
