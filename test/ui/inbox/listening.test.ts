import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createListening, type StreamEvents } from '../../../ui/inbox/state/listening.js';
import { pauseOf } from '../../../ui/inbox/state/pause.js';

/** Listens to streams that the test opens and breaks. */
function listening() {
  const open: StreamEvents[] = [];
  const waiting: (() => void)[] = [];
  const heard: string[] = [];
  const { setVisible } = createListening(
    {
      open(events) {
        open.push(events);
        return () => void open.splice(open.indexOf(events), 1);
      },
      later: (act) => void waiting.push(act),
    },
    {
      onConnected: () => void heard.push('connected'),
      onNotice: (data) => void heard.push(data),
      onLiveness: (liveness) => void heard.push(liveness),
    },
  );
  return { setVisible, open, waiting, look: () => heard.splice(0) };
}

test('a page that is not seen has no stream; once it is seen it connects, and everything is read again', () => {
  const { setVisible, open, look } = listening();
  setVisible(false);
  expect(open).toHaveLength(0);
  for (let turn = 0; turn < 3; turn += 1) {
    setVisible(true);
    setVisible(true);
    expect(open).toHaveLength(1);
    open[0]?.onHello();
    open[0]?.onNotice('{"calls":true}');
    expect(look()).toEqual(['live', 'connected', '{"calls":true}']);
    setVisible(false);
    expect(open).toHaveLength(0);
  }
});

test('a connection that breaks comes back by itself; one that is over is opened again, but not while the page is not seen', () => {
  const { setVisible, open, waiting, look } = listening();
  setVisible(true);
  open[0]?.onBroken(false);
  expect([look(), waiting.length, open.length]).toEqual([['lost'], 0, 1]);
  open.shift()?.onBroken(true);
  expect([look(), waiting.length, open.length]).toEqual([['lost'], 1, 0]);
  setVisible(false);
  waiting.shift()?.();
  expect(open).toHaveLength(0);
  setVisible(true);
  open.shift()?.onBroken(true);
  setVisible(false);
  setVisible(true);
  // It is already open when the time is over.
  waiting.shift()?.();
  expect(open).toHaveLength(1);
  open[0]?.onHello();
  expect(look()).toEqual(['lost', 'live', 'connected']);
});

test('pauses leave nothing behind on their signal', async () => {
  const { signal } = new AbortController();
  const pause = pauseOf(0);
  for (let count = 0; count < 20; count += 1) await pause(signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  const controller = new AbortController();
  const long = pauseOf(1_000_000)(controller.signal);
  controller.abort();
  await long;
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
});
