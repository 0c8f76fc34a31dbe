import { describe, expect, onTestFinished, test } from 'vitest';
import type { AccountInbox, Arrival, ReceiveRules } from '../../src/account/inbox/inbox.js';
import { createSharedInbox } from '../../src/account/inbox/shared-inbox.js';
import type { SharedStore } from '../../src/store/shared-store.js';
import { type ManualClock, manualClock, settle } from './timing.js';

/** Stores as two processes open them, on one state that no other test uses, whose time is `now`. */
export type OpenStores = (now: () => number) => Promise<readonly [SharedStore, SharedStore]>;

const never = new AbortController().signal;
const beginning = Date.parse('2026-09-20T12:00:00Z');

/** A text of a contact. */
export const says = (text: string, more: Partial<Arrival> = {}): Arrival => ({
  contact: '1001',
  contactName: 'Ana Alves',
  channel: 'whatsapp',
  said: { kind: 'text', text },
  ...more,
});

/** How arrivals are received, without a request that waits. */
export const rules: ReceiveRules = {
  mode: 'reply',
  pauseMs: 2_000,
  loop: { answers: 20, withinMs: 600_000 },
};

/** A request that waits for eight seconds. */
export const held = (id: string, takes: 'text' | 'content' = 'content'): ReceiveRules => ({
  ...rules,
  holder: { id, forMs: 8_000, takes },
});

/** Takes what there is, without waiting. */
export const takeNow = (inbox: AccountInbox, reader = 'agent', done: readonly string[] = []) =>
  inbox.take({ reader, limit: 20, done, waitMs: 0 }, never);

const textOf = ({ said }: Pick<Arrival, 'said'>): string => (said.kind === 'text' ? said.text : said.type);

/** What every inbox must do. `one` and `other` are its ends in two processes. */
export function inboxContract(name: string, openStores: OpenStores): void {
  async function open(): Promise<{
    clock: ManualClock;
    one: AccountInbox;
    other: AccountInbox;
    stranger: AccountInbox;
  }> {
    const clock = manualClock();
    const stores = await openStores(() => beginning + clock.now());
    const inboxes = stores.map((store) => createSharedInbox(store, clock));
    onTestFinished(async () => void (await Promise.all(inboxes.map((inbox) => inbox.close()))));
    const [first, second] = inboxes;
    if (first === undefined || second === undefined) throw new Error('two are opened');
    return { clock, one: first.of('account'), other: second.of('account'), stranger: second.of('another account') };
  }

  /** Lets time pass until work is done. */
  async function passing<Value>(clock: ManualClock, work: Promise<Value>): Promise<Value> {
    let done = false;
    const watched = work.finally(() => {
      done = true;
    });
    for (await settle(); !done; await settle()) clock.advance(500);
    return watched;
  }

  /** Waits until a message is in a state, by asking for it again and again. */
  async function reaches(inbox: AccountInbox, state: string): Promise<void> {
    for (;;) {
      const { entries } = await inbox.list({ limit: 50 });
      if (entries.some((entry) => 'state' in entry && entry.state === state)) return;
      await settle();
    }
  }

  describe(`an inbox in ${name}`, () => {
    test('hands a message out after the pause, to one reader, until it is done', async () => {
      const { clock, one, other, stranger } = await open();
      const { state, message } = await one.receive(says('Hello'), rules);
      expect(state).toBe('new');
      expect(await takeNow(other)).toEqual([]);
      clock.advance(2_000);
      const [taken, ...more] = await takeNow(other);
      expect([taken?.id, taken?.redelivered, more]).toEqual([message, false, []]);
      expect(await takeNow(one)).toEqual([]);
      expect(await takeNow(one, 'another agent')).toEqual([]);
      expect(await takeNow(stranger)).toEqual([]);
      clock.advance(120_000);
      // Another reader's word does not count.
      expect((await takeNow(one, 'another agent', [message])).map(({ redelivered }) => redelivered)).toEqual([true]);
      expect(await takeNow(one, 'another agent', [message])).toEqual([]);
      clock.advance(120_000);
      expect(await takeNow(one)).toEqual([]);
    });

    test('gives back what did not reach its reader', async () => {
      const { clock, one, other } = await open();
      const { message } = await one.receive(says('Hello'), rules);
      clock.advance(2_000);
      await takeNow(one);
      await one.giveBack('another agent', [message]);
      expect(await takeNow(other)).toEqual([]);
      await one.giveBack('agent', [message]);
      expect((await takeNow(other)).map(({ redelivered }) => redelivered)).toEqual([false]);
    });

    test('leaves the later messages of a contact to the reader who has its earlier one', async () => {
      const { clock, one, other } = await open();
      await one.receive(says('First'), rules);
      clock.advance(5_000);
      await takeNow(one, 'a');
      await one.receive(says('Second'), rules);
      await one.receive(says('Hello', { contact: '1002' }), rules);
      clock.advance(5_000);
      expect((await takeNow(other, 'b')).map(textOf)).toEqual(['Hello']);
      expect((await takeNow(other, 'a')).map(textOf)).toEqual(['Second']);
    });

    test('wakes a reader that waits when another process receives a message', async () => {
      const { clock, one, other } = await open();
      const taking = other.take({ reader: 'agent', limit: 20, done: [], waitMs: 45_000 }, never);
      await one.receive(says('', { said: { kind: 'event', type: 'tag_applied', name: 'vip' } }), rules);
      expect((await taking).map(textOf)).toEqual(['tag_applied']);
      expect(clock.now()).toBe(0);
    });

    test('takes nothing for a reader whose call is aborted', async () => {
      const { clock, one, other } = await open();
      const gone = new AbortController();
      const taking = other.take({ reader: 'agent', limit: 20, done: [], waitMs: 45_000 }, gone.signal);
      gone.abort();
      expect(await taking).toEqual([]);
      await one.receive(says('Hello'), rules);
      clock.advance(2_000);
      expect((await takeNow(other)).map(({ redelivered }) => redelivered)).toEqual([false]);
    });

    test('recognises what arrives twice', async () => {
      const { clock, one, other } = await open();
      const at = { lastInteraction: '2026-09-20T12:00:00+00:00' };
      const first = await one.receive(says('ok', at), rules);
      clock.advance(60_000);
      expect(await other.receive(says('ok', at), rules)).toEqual({ ...first, state: 'duplicate' });
      expect(await other.receive(says('ok', { ...at, contact: '1002' }), rules)).toMatchObject({ state: 'new' });
      expect(await other.receive(says('ok', { lastInteraction: '2026-09-20T12:01:00+00:00' }), rules)).toMatchObject({
        state: 'new',
      });
      clock.advance(60_000);
      const untimed = await one.receive(says('ok'), rules);
      expect(untimed.state).toBe('new');
      clock.advance(10_000);
      expect(await other.receive(says('ok'), rules)).toEqual({ ...untimed, state: 'duplicate' });
      clock.advance(1);
      expect(await other.receive(says('ok'), rules)).toMatchObject({ state: 'new' });
    });

    test('joins a burst in the order in which it was written, and ends its earlier requests', async () => {
      const { clock, one, other } = await open();
      const first = await one.receive(says('two', { lastInteraction: '2026-09-20T12:00:02Z' }), held('h1'));
      const ended = one.heldAnswer(first.message, { id: 'h1' }, never);
      clock.advance(1_500);
      const second = await other.receive(says('one', { lastInteraction: '2026-09-20T12:00:01Z' }), held('h2'));
      expect(second).toEqual({ state: 'joined', message: first.message });
      expect(await ended).toBeUndefined();
      clock.advance(1_500);
      expect(await takeNow(one)).toEqual([]);
      clock.advance(500);
      const [taken] = await takeNow(one);
      expect([taken?.said, taken?.parts]).toEqual([{ kind: 'text', text: 'one\ntwo' }, 2]);
      const [answer, content] = await Promise.all([
        one.answer(first.message, { text: 'Both' }, false, never),
        other.heldAnswer(first.message, { id: 'h2' }, never).then(async (found) => {
          await other.confirm(first.message, { id: 'h2' }, true);
          return found;
        }),
      ]);
      expect([answer, content]).toEqual([{ state: 'written' }, { text: 'Both' }]);
    });

    test('ends the request of an earlier message with a new one, and that is answered late', async () => {
      const { clock, one, other } = await open();
      const first = await one.receive(says('One'), held('h1'));
      const ended = one.heldAnswer(first.message, { id: 'h1' }, never);
      clock.advance(2_000);
      await takeNow(one);
      const second = await other.receive(says('Two'), held('h2'));
      expect(second.state).toBe('new');
      expect(await ended).toBeUndefined();
      expect(await one.answer(first.message, { text: 'Late' }, false, never)).toMatchObject({ state: 'late' });
    });

    test('hands an answer to the request that waits, once', async () => {
      const { one, other } = await open();
      const { message } = await one.receive(says('Hello'), held('h1'));
      const writing = one.heldAnswer(message, { id: 'h1' }, never);
      const answering = [1, 2, 3].map((number) =>
        (number === 2 ? one : other).answer(message, { text: `Answer ${number}` }, false, never),
      );
      const content = await writing;
      await one.confirm(message, { id: 'h1' }, true);
      const states = (await Promise.all(answering)).map((each) => each.state);
      expect(states.toSorted()).toEqual(['refused', 'refused', 'written']);
      expect(content).toEqual({ text: `Answer ${states.indexOf('written') + 1}` });
      expect(await other.answer(message, { text: 'Again' }, false, never)).toMatchObject({
        state: 'refused',
        why: 'written',
      });
      const { entries } = await other.list({ limit: 5 });
      expect(entries).toMatchObject([{ state: 'written', done: true, answer: content }]);
    });

    test('says that an answer is unknown when its response was not written, and never sends it late', async () => {
      const { clock, one, other } = await open();
      for (const confirmed of [true, false]) {
        const { message } = await one.receive(says(`Hello ${confirmed}`), held(`h-${confirmed}`));
        const writing = one.heldAnswer(message, { id: `h-${confirmed}` }, never);
        const answering = other.answer(message, { text: 'Answer' }, false, never);
        await writing;
        if (confirmed) await one.confirm(message, { id: `h-${confirmed}` }, false);
        expect(await passing(clock, answering)).toEqual({ state: 'unknown' });
        expect(await one.answer(message, { text: 'Again' }, false, never)).toMatchObject({
          state: 'refused',
          why: 'unknown',
        });
      }
    });

    test('claims for sending what the request cannot carry or has no time for', async () => {
      const { clock, one, other } = await open();
      const text = await one.receive(says('A', { contact: '1' }), held('h1', 'text'));
      const late = await one.receive(says('B', { contact: '2' }), held('h2'));
      const without = await one.receive(says('C', { contact: '3' }), rules);
      expect(await other.answer(text.message, { data: { messages: [] } }, false, never)).toMatchObject({
        state: 'late',
      });
      expect(await one.heldAnswer(text.message, { id: 'h1' }, never)).toBeUndefined();
      clock.advance(6_501);
      expect(await other.answer(late.message, { text: 'x' }, false, never)).toMatchObject({ state: 'late' });
      expect(await one.heldAnswer(late.message, { id: 'h2' }, never)).toBeUndefined();
      expect(await other.answer(without.message, { text: 'x' }, false, never)).toMatchObject({ state: 'late' });
      expect(await one.answer(without.message, { text: 'x' }, false, never)).toMatchObject({
        state: 'refused',
        why: 'late',
      });
    });

    test('goes on with sending when the request does not write the answer in time', async () => {
      const { clock, one, other } = await open();
      const { message } = await one.receive(says('Hello'), held('h1'));
      const answering = other.answer(message, { text: 'Answer' }, false, never);
      await reaches(one, 'inline');
      expect(await passing(clock, answering)).toMatchObject({ state: 'late' });
      expect(await one.heldAnswer(message, { id: 'h1' }, never)).toBeUndefined();
    });

    test('ends a request that is aborted, or whose time is over, and keeps the message', async () => {
      const { clock, one, other } = await open();
      const gone = new AbortController();
      const first = await one.receive(says('One', { contact: '1' }), held('h1'));
      const aborted = one.heldAnswer(first.message, { id: 'h1' }, gone.signal);
      gone.abort();
      expect(await aborted).toBeUndefined();
      const second = await one.receive(says('Two', { contact: '2' }), held('h2'));
      const over = one.heldAnswer(second.message, { id: 'h2' }, never);
      expect(await passing(clock, over)).toBeUndefined();
      expect((await takeNow(other)).map(({ state }) => state)).toEqual(['open', 'open']);
    });

    test('keeps what became of a late answer: sent, unknown, or certainly not sent', async () => {
      const { one, other } = await open();
      const answer = async (contact: string, outcome: 'sent' | 'unknown' | 'not sent') => {
        const { message } = await one.receive(says('Hello', { contact }), rules);
        const claimed = await one.answer(message, { text: 'Answer' }, false, never);
        if (claimed.state !== 'late') throw new Error(claimed.state);
        await claimed.settle(outcome);
        return other.answer(message, { text: 'Again' }, false, never);
      };
      expect(await answer('1', 'sent')).toMatchObject({ state: 'refused', why: 'sent' });
      expect(await answer('2', 'unknown')).toMatchObject({ state: 'refused', why: 'unknown' });
      expect(await answer('3', 'not sent')).toMatchObject({ state: 'late' });
    });

    test('counts a late answer without an outcome as unknown after 15 minutes', async () => {
      const { clock, one, other } = await open();
      const { message } = await one.receive(says('Hello'), rules);
      await one.answer(message, { text: 'Answer' }, false, never);
      clock.advance(900_001);
      expect(await other.answer(message, { text: 'Again' }, false, never)).toMatchObject({ why: 'unknown' });
      expect((await takeNow(other)).map(({ state }) => state)).toEqual(['unknown']);
    });

    test('leaves a contact to people after so many answers of machines', async () => {
      const { clock, one, other } = await open();
      const loop = { ...rules, loop: { answers: 2, withinMs: 60_000 } };
      const exchange = async (text: string) => {
        const { state, message } = await one.receive(says(text), loop);
        if (state === 'people') return state;
        return (await other.answer(message, { text: 'Answer' }, false, never)).state;
      };
      const states = [];
      for (const text of ['1', '2', '3']) {
        states.push(await exchange(text));
        clock.advance(10_000);
      }
      expect(states).toEqual(['late', 'late', 'people']);
      expect((await takeNow(other)).map(textOf)).not.toContain('3');
      const { entries } = await other.list({ limit: 1 });
      expect(entries).toMatchObject([{ state: 'people', done: true }]);
      clock.advance(60_000);
      expect(await exchange('4')).toBe('late');
    });

    test('holds drafts until a person approves or rejects them', async () => {
      const { one, other } = await open();
      const drafting = { ...rules, mode: 'draft' } as const;
      const first = await one.receive(says('One', { contact: '1' }), drafting);
      const second = await one.receive(says('Two', { contact: '2' }), drafting);
      expect(await one.answer(first.message, { text: 'A' }, false, never)).toEqual({ state: 'draft' });
      expect(await one.answer(second.message, { text: 'B' }, false, never)).toEqual({ state: 'draft' });
      expect((await other.drafts()).map(({ answer }) => answer)).toEqual([{ text: 'A' }, { text: 'B' }]);
      expect(await other.answer(first.message, { text: 'C' }, false, never)).toMatchObject({ why: 'draft' });
      const approved = await other.answer(first.message, { text: 'A' }, true, never);
      if (approved.state !== 'late') throw new Error(approved.state);
      // What was certainly not sent is a draft again.
      await approved.settle('not sent');
      expect((await other.drafts()).map(({ answer }) => answer)).toEqual([{ text: 'B' }, { text: 'A' }]);
      expect(await other.reject(second.message)).toBe(true);
      expect(await other.reject(second.message)).toBe(false);
      expect(await one.answer(second.message, { text: 'D' }, false, never)).toEqual({ state: 'draft' });
    });

    test('lists the history of a contact and of all, in both directions and in parts', async () => {
      const { clock, one, other } = await open();
      for (let number = 0; number < 120; number += 1) {
        await one.receive(says(`Text ${number}`, { contact: number % 2 === 0 ? '1' : '2' }), rules);
        clock.advance(31_000);
      }
      await one.noteSent('1', 'Price list');
      const seen: string[] = [];
      for (let before: string | undefined; ; ) {
        const { entries, next } = await other.list({ contact: '1', before, limit: 25 });
        seen.push(...entries.map((entry) => ('sent' in entry ? entry.sent : textOf(entry))));
        if (next === undefined) break;
        before = next;
      }
      expect(seen).toEqual(['Price list', ...Array.from({ length: 60 }, (_, index) => `Text ${118 - 2 * index}`)]);
      const all = await other.list({ limit: 200 });
      expect([all.entries.length, all.next]).toEqual([121, undefined]);
      const recent = await other.list({ since: beginning + clock.now() - 31_000, limit: 200 });
      expect(recent.entries.map((entry) => ('sent' in entry ? entry.sent : textOf(entry)))).toEqual([
        'Price list',
        'Text 119',
      ]);
    });

    test('erases every trace of a contact', async () => {
      const { clock, one, other } = await open();
      const at = { lastInteraction: '2026-09-20T12:00:00Z' };
      await one.receive(says('Secret', at), { ...rules, mode: 'draft' });
      for (let number = 0; number < 60; number += 1) {
        clock.advance(31_000);
        await one.receive(says(`Text ${number}`), rules);
      }
      await one.receive(says('Other', { contact: '1002' }), rules);
      await one.noteSent('1001', 'Price list');
      clock.advance(31_000);
      expect(await other.forget('1001')).toBe(62);
      expect(await other.forget('1001')).toBe(0);
      expect((await one.list({ limit: 100 })).entries.map(({ contact }) => contact)).toEqual(['1002']);
      expect(await one.list({ contact: '1001', limit: 100 })).toEqual({ entries: [] });
      expect((await takeNow(one)).map(textOf)).toEqual(['Other']);
      expect(await one.receive(says('Secret', at), rules)).toMatchObject({ state: 'new' });
    });

    test('keeps messages for seven days', async () => {
      const { clock, one, other } = await open();
      const { message } = await one.receive(says('Hello'), rules);
      clock.advance(7 * 24 * 3_600_000);
      expect(await other.list({ limit: 5 })).toEqual({ entries: [] });
      expect(await other.answer(message, { text: 'x' }, false, never)).toMatchObject({ state: 'refused', why: 'lost' });
      const next = await one.receive(says('Again'), rules);
      clock.advance(2_000);
      expect((await takeNow(other)).map(({ id }) => id)).toEqual([next.message]);
    });
  });
}
