import { describe, expect, test } from 'vitest';
import { createSharedInbox } from '../../../src/account/inbox/shared-inbox.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import { type SharedStore, StoreAway } from '../../../src/store/shared-store.js';
import { held, never, rules, says, takeNow } from '../../support/inbox/inboxes.js';
import { manualClock, settle } from '../../support/timing.js';

/** An inbox whose store calls back after each transaction that has succeeded. */
function openObserved() {
  const clock = manualClock();
  const store = createMemoryStore(() => 1_800_000_000_000 + clock.now());
  const observed: { after: () => Promise<void> | void } = { after: () => undefined };
  const observing: SharedStore = {
    ...store,
    async transact(documents, change, signal) {
      const result = await store.transact(documents, change, signal);
      await observed.after();
      return result;
    },
  };
  const [inbox, other] = [observing, store].map((each) => createSharedInbox(each, clock).of('account'));
  if (inbox === undefined || other === undefined) throw new Error('two are opened');
  return { clock, observed, inbox, other };
}

describe('when the answer of the store to a commit is lost', () => {
  test.each(['late', 'inline'])('an answer that was claimed (%s) can be given again, once', async (kind) => {
    const { clock, observed, inbox, other } = openObserved();
    const { message } = await inbox.receive(says('Hello'), kind === 'inline' ? held('h1') : rules);
    observed.after = () => {
      observed.after = () => undefined;
      throw new StoreAway('away');
    };
    await expect(inbox.answer(message, { text: 'Answer' }, false, never)).rejects.toThrow(StoreAway);
    for (let second = 0; second < 3; second += 1) {
      await settle();
      clock.advance(1_000);
    }
    expect(await other.heldAnswer(message, { id: 'h1' }, never)).toBeUndefined();
    expect(await other.answer(message, { text: 'Answer' }, false, never)).toMatchObject({ state: 'late' });
  });

  test('an answer that is being written is unknown to who gave it, and is not given up', async () => {
    const { clock, observed, inbox, other } = openObserved();
    const { message } = await inbox.receive(says('Hello'), held('h1'));
    observed.after = async () => {
      observed.after = () => undefined;
      expect(await other.heldAnswer(message, { id: 'h1' }, never)).toEqual({ text: 'Answer' });
      throw new StoreAway('away');
    };
    expect(await inbox.answer(message, { text: 'Answer' }, false, never)).toEqual({ state: 'unknown' });
    await settle();
    clock.advance(1_000);
    await other.confirm(message, { id: 'h1' }, true);
    expect(await other.answer(message, { text: 'Answer' }, false, never)).toMatchObject({ why: 'written' });
  });
});

test('what arrives while a contact is erased is erased by the next time at the latest', async () => {
  for (const step of [1, 2, 3]) {
    const { clock, observed, inbox, other } = openObserved();
    for (let number = 0; number < 60; number += 1) {
      await other.receive(says(`Text ${number}`), rules);
      clock.advance(31_000);
    }
    let transactions = 0;
    observed.after = async () => {
      transactions += 1;
      if (transactions === step) await other.receive(says('In between'), rules);
    };
    await inbox.forget('1001');
    await inbox.forget('1001');
    expect((await inbox.list({ limit: 100 })).entries, `step ${step}`).toEqual([]);
    clock.advance(2_000);
    expect(await takeNow(inbox), `step ${step}`).toEqual([]);
  }
}, 60_000);

test('an erasure that was broken off goes on with the next', async () => {
  const { observed, inbox, other } = openObserved();
  await inbox.receive(says('Secret'), rules);
  observed.after = () => {
    throw new StoreAway('away');
  };
  await expect(inbox.forget('1001')).rejects.toThrow(StoreAway);
  await other.receive(says('Later'), rules);
  await other.forget('1001');
  expect(await other.list({ limit: 100 })).toEqual({ entries: [] });
});
