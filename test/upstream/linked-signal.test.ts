import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { linkSignals } from '../../src/upstream/linked-signal.js';

test('a linked signal fires with the first of its signals, and has its reason', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const { signal } = linkSignals(one.signal, other.signal);
  expect(signal.aborted).toBe(false);
  other.abort('other');
  one.abort('one');
  expect(signal.reason).toBe('other');
});

test('a linked signal has fired if one of its signals had fired before', () => {
  const { signal } = linkSignals(new AbortController().signal, AbortSignal.abort('before'));
  expect(signal.reason).toBe('before');
});

test('a signal that was unlinked has no listener left and does not fire', () => {
  const long = new AbortController();
  for (let count = 0; count < 3; count += 1) {
    const { signal, unlink } = linkSignals(long.signal, new AbortController().signal);
    expect(getEventListeners(long.signal, 'abort')).toHaveLength(1);
    unlink();
    expect(getEventListeners(long.signal, 'abort')).toEqual([]);
    expect(signal.aborted).toBe(false);
  }
});

test('many linked signals on one signal cause no warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  const { signal } = new AbortController();
  for (let count = 0; count < 20; count += 1) linkSignals(signal);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});
