import { describe, expect, test } from 'vitest';
import { answersContract } from './answers-contract.js';
import { beginning, held, never, type OpenStores, openInboxes, rules, says, takeNow, textOf } from './inboxes.js';

/** What every inbox must do. `one` and `other` are its ends in two processes. */
export function inboxContract(name: string, openStores: OpenStores): void {
  const open = () => openInboxes(openStores);
  answersContract(name, openStores);

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

    test('keeps each event apart from an equal one before it, unless they come within seconds', async () => {
      const { clock, one, other } = await open();
      const applied = says('', {
        lastInteraction: '2026-09-20T12:00:00Z',
        said: { kind: 'event', type: 'tag_applied', name: 'vip' },
      });
      expect(await one.receive(applied, rules)).toMatchObject({ state: 'new' });
      expect(await other.receive(applied, rules)).toMatchObject({ state: 'duplicate' });
      clock.advance(60_000);
      expect(await other.receive(applied, rules)).toMatchObject({ state: 'new' });
    });

    test('hands out what a contact did in its order, also when a part of it has to wait', async () => {
      const { clock, one, other } = await open();
      await one.receive(says('Hello'), rules);
      await one.receive(says('Menu', { said: { kind: 'text', text: 'Menu', payload: { choice: 1 } } }), rules);
      await one.receive(says('Hi', { contact: '1002', said: { kind: 'event', type: 'new_contact' } }), rules);
      expect((await takeNow(other)).map(textOf)).toEqual(['new_contact']);
      clock.advance(2_000);
      expect((await takeNow(other)).map(textOf)).toEqual(['Hello', 'Menu']);
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

    test('keeps no message for longer because it changes', async () => {
      const { clock, one, other } = await open();
      const { message } = await one.receive(says('Secret'), { ...rules, mode: 'draft' });
      clock.advance(6 * 24 * 3_600_000);
      expect((await takeNow(other)).map(({ id }) => id)).toEqual([message]);
      expect(await one.answer(message, { text: 'Answer' }, false, never)).toEqual({ state: 'draft' });
      clock.advance(24 * 3_600_000);
      expect(await one.drafts()).toEqual([]);
      expect(await other.answer(message, { text: 'Answer' }, true, never)).toMatchObject({ why: 'lost' });
      expect(await other.list({ limit: 5 })).toEqual({ entries: [] });
    });
  });
}
