import { expect, test } from 'vitest';
import { headDocument } from '../../../src/account/inbox/documents.js';
import type { Arrival } from '../../../src/account/inbox/inbox.js';
import { createSharedInbox } from '../../../src/account/inbox/shared-inbox.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import type { SharedStore } from '../../../src/store/shared-store.js';
import { rules, says, takeNow, textOf } from '../../support/inbox/inboxes.js';
import { manualClock } from '../../support/timing.js';

const day = 24 * 3_600_000;

/** An inbox in memory, whose transactions are counted. */
function openCounted() {
  const clock = manualClock();
  const store = createMemoryStore(() => 1_800_000_000_000 + clock.now());
  const counted = { transactions: 0 };
  const counting: SharedStore = {
    ...store,
    transact(documents, change, signal) {
      counted.transactions += 1;
      return store.transact(documents, change, signal);
    },
  };
  return { clock, store, counted, inbox: createSharedInbox(counting, clock).of('account') };
}

const event = (contact: number, name: string): Arrival =>
  says('', { contact: String(contact), said: { kind: 'event', type: 'tag_applied', name } });

/** Lets the head of an inbox count other messages, open ones and characters than there are. */
async function pretend(
  store: SharedStore,
  next: number,
  open: readonly [log: number, count: number][],
  offset?: number,
): Promise<void> {
  const head = headDocument('account');
  await store.transact([head], (transaction) => {
    const written = transaction.read(head);
    if (written === undefined) throw new Error('something was received');
    transaction.write(head, { ...written, next, open: [...open], offset: offset ?? written.offset }, 14 * day);
  });
}

test('an inbox whose messages nobody takes is full, and has room again when they have expired', async () => {
  const { clock, store, inbox } = openCounted();
  for (let number = 0; number < 40; number += 1) await inbox.receive(event(number + 1, 'vip'), rules);
  await pretend(store, 40, [[0, 5_000]]);
  expect(await inbox.receive(event(41, 'vip'), rules)).toEqual({ state: 'full', message: '' });
  clock.advance(7 * day);
  const { state, message } = await inbox.receive(event(1, 'again'), rules);
  expect(state).toBe('new');
  expect((await takeNow(inbox)).map(({ id }) => id)).toEqual([message]);
});

test('one contact does not fill an inbox', async () => {
  const { store, inbox } = openCounted();
  for (let number = 0; number < 50; number += 1) await inbox.receive(event(1, `tag ${number}`), rules);
  expect(await inbox.receive(event(1, 'one more'), rules)).toMatchObject({ state: 'new' });
  await pretend(store, 51, [
    [0, 50],
    [1, 2_450],
  ]);
  expect(await inbox.receive(event(1, 'too many'), rules)).toEqual({ state: 'full', message: '' });
  expect(await inbox.receive(event(2, 'vip'), rules)).toMatchObject({ state: 'new' });
});

test('looking through many messages of which none is free takes few transactions', async () => {
  const { clock, counted, inbox } = openCounted();
  for (let number = 0; number < 600; number += 1) await inbox.receive(event(1, `tag ${number}`), rules);
  await takeNow(inbox, 'a');
  counted.transactions = 0;
  expect(await takeNow(inbox, 'b')).toEqual([]);
  expect(counted.transactions).toBeLessThanOrEqual(6);
  // What has expired is not looked through.
  clock.advance(7 * day);
  counted.transactions = 0;
  expect(await inbox.list({ limit: 20 })).toEqual({ entries: [] });
  expect(counted.transactions).toBeLessThanOrEqual(2);
}, 60_000);

test('a message that no reader finishes does not hold up that old messages are dropped', async () => {
  const { clock, store, inbox } = openCounted();
  await inbox.receive(event(1, 'first'), rules);
  await inbox.noteSent('1', 'Price list');
  await pretend(store, 20_050, [[0, 1]]);
  expect(await inbox.receive(event(1, 'second'), rules)).toMatchObject({ state: 'new' });
  const { entries } = await inbox.list({ contact: '1', limit: 5 });
  expect(entries.map((entry) => ('said' in entry ? textOf(entry) : entry.sent))).toEqual([
    'tag_applied',
    'tag_applied',
  ]);
  const taken = await takeNow(inbox);
  expect(taken).toHaveLength(2);
  expect(
    await takeNow(
      inbox,
      'agent',
      taken.map(({ id }) => id),
    ),
  ).toEqual([]);
  clock.advance(120_000);
  expect(await takeNow(inbox)).toEqual([]);
});

test.each([
  [31_999_000, ['Price list', 'Menu']],
  [32_001_000, ['Menu']],
])('of messages with %i characters, %j are kept when a new log begins', async (characters, kept) => {
  const { store, inbox } = openCounted();
  await inbox.noteSent('1', 'Price list');
  await pretend(store, 50, [], characters);
  await inbox.noteSent('1', 'Menu');
  const { entries } = await inbox.list({ limit: 5 });
  expect(entries.map((entry) => ('sent' in entry ? entry.sent : '')).toReversed()).toEqual(kept);
});

test('every text of a contact counts, as far as it is stored, also those of a burst', async () => {
  const { store, inbox } = openCounted();
  const stored = async () => {
    const head = headDocument('account');
    return store.transact([head], (transaction) => transaction.read(head)?.offset ?? 0);
  };
  const text = 'a'.repeat(1_000);
  await inbox.receive(says(text), rules);
  const first = await stored();
  await inbox.receive(says(`b${text}`), rules);
  expect(first).toBeGreaterThan(1_000);
  expect(first).toBeLessThan(1_500);
  // The text of both, and each for itself: what comes later can belong between them.
  expect((await stored()) - first).toBeGreaterThan(3_000);
});
