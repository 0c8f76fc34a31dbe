import { describe, expect, test } from 'vitest';
import {
  held,
  never,
  type OpenStores,
  openInboxes,
  passing,
  reaches,
  rules,
  says,
  takeNow,
  textOf,
} from './inboxes.js';

/** How every inbox must move an answer, so that none is given twice. */
export function answersContract(name: string, openStores: OpenStores): void {
  const open = () => openInboxes(openStores);

  describe(`answers in ${name}`, () => {
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
      expect(
        await other.answer(
          text.message,
          { data: { version: 'v2', content: { messages: [{ type: 'text', text: 'A' }] } } },
          false,
          never,
        ),
      ).toMatchObject({
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

    test('hands a message out again if its answer was not sent, although another reader has finished it', async () => {
      const { clock, one, other } = await open();
      const { message } = await one.receive(says('Hello'), rules);
      clock.advance(2_000);
      await takeNow(one, 'a');
      const claimed = await one.answer(message, { text: 'Answer' }, false, never);
      if (claimed.state !== 'late') throw new Error(claimed.state);
      clock.advance(120_000);
      expect(await takeNow(other, 'b')).toMatchObject([{ id: message, state: 'late' }]);
      await takeNow(other, 'b', [message]);
      await claimed.settle('not sent');
      expect(await takeNow(one, 'a')).toMatchObject([{ id: message, state: 'open' }]);
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
  });
}
