import { expect, onTestFinished, test } from 'vitest';
import { type Consumer, consume } from '../../../src/account/inbox/calls/consume.js';
import { createSharedInbox } from '../../../src/account/inbox/shared-inbox.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import { rules, says, takeNow } from '../../support/inbox/inboxes.js';
import { testProcess } from '../../support/processes.js';
import { finish, manualClock, settle } from '../../support/timing.js';

/** Starts a consumer over an inbox in memory. */
function start(handle: Consumer['handle'], parts: Partial<Consumer> = {}) {
  const clock = manualClock();
  const store = createMemoryStore(() => 1_800_000_000_000 + clock.now());
  const process = testProcess(store, clock);
  const inbox = createSharedInbox(process.store, clock).of('account');
  const ending = new AbortController();
  const failures: string[] = [];
  const away: boolean[] = [];
  const consumer: Consumer = {
    reader: 'listener',
    concurrency: 4,
    handle,
    async answer(message, content, signal) {
      const claimed = await inbox.answer(message.id, content, false, signal);
      if (claimed.state === 'late') await claimed.settle('sent');
      return 'done';
    },
    onFailure: ({ id }, error, final) => void failures.push(`${id} ${String(error)} ${final}`),
    onAway: (isAway) => void away.push(isAway),
    ...parts,
  };
  const ended = consume(inbox, consumer, clock, ending.signal);
  onTestFinished(async () => {
    ending.abort();
    await ended;
  });
  const pass = async (milliseconds: number): Promise<void> => {
    for (let left = milliseconds; left > 0; left -= 250) {
      clock.advance(Math.min(250, left));
      await settle();
      await settle();
    }
  };
  return { clock, process, inbox, ending, ended, failures, away, pass };
}

const immediately = { ...rules, pauseMs: 0 };

test('answers each message once, those of a contact in order and those of others meanwhile', async () => {
  const order: string[] = [];
  const open: (() => void)[] = [];
  const { inbox, pass } = start(async ({ said, contact }) => {
    if (said.kind !== 'text') return undefined;
    order.push(`${contact} ${said.text}`);
    if (contact === '1') await new Promise<void>((resolve) => open.push(resolve));
    return { text: `You said ${said.text}` };
  });
  await inbox.receive(says('a', { contact: '1' }), immediately);
  await inbox.receive(says('b', { contact: '1' }), immediately);
  await inbox.receive(says('c', { contact: '2' }), immediately);
  await pass(1_000);
  expect(order).toEqual(['1 a', '2 c']);
  open.splice(0).map((finished) => finished());
  await pass(1_000);
  open.splice(0).map((finished) => finished());
  await pass(300_000);
  expect(order).toEqual(['1 a', '2 c', '1 b']);
  const { entries } = await inbox.list({ limit: 10 });
  expect(entries.map((entry) => 'state' in entry && [entry.state, entry.done])).toEqual(
    Array.from({ length: 3 }, () => ['sent', true]),
  );
});

test('tries a message again two minutes after a failure, and leaves it to people after the third', async () => {
  const { inbox, failures, pass } = start(async () => Promise.reject(new Error('no')));
  const { message } = await inbox.receive(says('a'), immediately);
  await pass(1_000);
  expect(failures).toEqual([`${message} Error: no false`]);
  await pass(300_000);
  expect(failures).toEqual([false, false, true].map((final) => `${message} Error: no ${final}`));
  await pass(300_000);
  expect(failures).toHaveLength(3);
});

test('gives back what it had not finished when it ends', async () => {
  const { inbox, ending, ended, pass, failures } = start(
    (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))),
  );
  const { message } = await inbox.receive(says('a'), immediately);
  await pass(1_000);
  ending.abort();
  await ended;
  expect(failures).toEqual([]);
  const taken = await takeNow(inbox, 'another');
  expect(taken.map(({ id, redelivered }) => [id, redelivered])).toEqual([[message, false]]);
});

test('works on a flood from one contact one by one, and on others beside it', async () => {
  const seen: string[] = [];
  const open: (() => void)[] = [];
  const { inbox, pass } = start(async ({ said, contact }) => {
    seen.push(`${contact} ${said.kind === 'text' ? said.text : ''}`);
    if (contact === '1') await new Promise<void>((resolve) => open.push(resolve));
    return undefined;
  });
  for (let number = 0; number < 20; number += 1)
    await inbox.receive(says(`flood ${number}`, { contact: '1' }), immediately);
  await pass(1_000);
  await inbox.receive(says('a', { contact: '2' }), immediately);
  await pass(1_000);
  expect(seen).toEqual(['1 flood 0', '2 a']);
  for (let number = 0; number < 20; number += 1) {
    open.shift()?.();
    await pass(1_000);
  }
  expect(seen).toEqual(['1 flood 0', '2 a', ...Array.from({ length: 19 }, (_, index) => `1 flood ${index + 1}`)]);
});

test('does not start a message again that takes longer than it may', async () => {
  const seen: string[] = [];
  const { inbox, pass } = start(async ({ id }, signal) => {
    seen.push(id);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return undefined;
  });
  const { message } = await inbox.receive(says('a'), immediately);
  await pass(400_000);
  expect(seen).toEqual([message]);
});

test('notes what it has finished even if it ends at that moment', async () => {
  const { inbox, ending, ended, pass } = start(async () => {
    ending.abort();
    return undefined;
  });
  await inbox.receive(says('a'), immediately);
  await pass(1_000);
  await ended;
  await pass(130_000);
  expect(await takeNow(inbox, 'another')).toEqual([]);
});

test('does not hand out a message whose answer was already given', async () => {
  const seen: string[] = [];
  const { inbox, pass, clock } = start(async ({ id }) => {
    seen.push(id);
    return undefined;
  });
  const { message } = await inbox.receive(says('a'), rules);
  const claimed = await finish(clock, inbox.answer(message, { text: 'x' }, false, new AbortController().signal));
  if (claimed.state === 'late') await claimed.settle('unknown');
  await pass(10_000);
  expect(seen).toEqual([]);
});

test('goes on when its store was away, and says so once', async () => {
  const seen: string[] = [];
  const { inbox, process, away, pass } = start(async ({ id }) => {
    seen.push(id);
    return undefined;
  });
  await pass(1_000);
  process.isAway = true;
  await pass(60_000);
  process.isAway = false;
  const { message } = await inbox.receive(says('a'), immediately);
  await pass(5_000);
  expect([seen, away]).toEqual([[message], [true, false]]);
});
