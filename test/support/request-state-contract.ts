import { describe, expect, test } from 'vitest';
import type { OpenQuestions, RequestState, VerifiedState } from '../../src/account/request-state/request-state.js';

/** What a request state is created with. */
export interface Shared {
  readonly key?: Uint8Array | (() => Promise<Uint8Array>);
  readonly ttlSeconds?: number;
  readonly resultTtlSeconds?: number;
  readonly questions?: OpenQuestions;
}

const [principal, tool] = ['maria', 'manychat_delete_tag'];
const input = { tag_id: 123, more: { a: 1, b: [2] } };
const names = [{ kind: 'tag' as const, name: 'Gold', thing: { id: '77', name: 'Gold\u200e' } }];
const question = { tool, input, connectionId: 'c-1', names };
const link = { tool: 'manychat_create_connection', result: { connection: { url: 'https://example.com/connect' } } };
const expired: VerifiedState = { step: 'refused', reason: 'expired' };
const invalid: VerifiedState = { step: 'refused', reason: 'invalid' };

/** Whether a state is accepted as the answer to a question about the call. */
async function accepts(state: RequestState, text: string, call = { tool, input: input as unknown }): Promise<boolean> {
  const verified = await state.verify(text, principal);
  return verified.step === 'question' && (await state.redeem(verified, call));
}

/** What every implementation of the request state must do. */
export function requestStateContract(name: string, create: (shared?: Shared) => RequestState): void {
  describe(`request state ${name}`, () => {
    test('accepts the answer to a question once, with the connection and names that the user was asked about', async () => {
      const state = create();
      const text = await state.issueQuestion(question, principal);
      expect(await state.verify(text, principal)).toMatchObject({ step: 'question', tool, connectionId: 'c-1', names });
      expect(await accepts(state, text)).toBe(true);
      expect(await accepts(state, text)).toBe(false);
    });

    test('accepts an answer from one of several concurrent requests', async () => {
      const state = create();
      const text = await state.issueQuestion(question, principal);
      expect((await Promise.all([1, 2, 3].map(() => accepts(state, text)))).filter(Boolean)).toEqual([true]);
    });

    test('accepts the arguments in any order of their keys, and no others', async () => {
      const state = create();
      const text = await state.issueQuestion(question, principal);
      for (const other of [{ ...input, tag_id: 124 }, { ...input, tag_id: '123' }, { tag_id: 123 }, undefined])
        expect(await accepts(state, text, { tool, input: other })).toBe(false);
      expect(await accepts(state, text, { tool, input: { more: { b: [2], a: 1 }, tag_id: 123 } })).toBe(true);
    });

    test('refuses the answer for another tool, and keeps the question open', async () => {
      const state = create();
      const text = await state.issueQuestion(question, principal);
      expect(await accepts(state, text, { tool: 'manychat_delete_tag_by_name', input })).toBe(false);
      expect(await accepts(state, text)).toBe(true);
    });

    test('refuses the state of another principal', async () => {
      const state = create();
      for (const text of [await state.issueQuestion(question, principal), await state.issueResult(link, principal)])
        for (const other of ['john', '', 'mari', 'maria ']) expect(await state.verify(text, other)).toEqual(invalid);
    });

    test('returns a result any number of times until it expires', async () => {
      const state = create();
      const text = await state.issueResult(link, principal);
      for (const _ of [1, 2]) expect(await state.verify(text, principal)).toEqual({ step: 'result', ...link });
      const past = create({ resultTtlSeconds: -1 });
      expect(await past.verify(await past.issueResult(link, principal), principal)).toEqual(expired);
    });

    test('refuses an expired question', async () => {
      const state = create({ ttlSeconds: -1 });
      expect(await state.verify(await state.issueQuestion(question, principal), principal)).toEqual(expired);
    });

    test('refuses a modified or forged state', async () => {
      const state = create();
      const text = await state.issueQuestion(question, principal);
      const other = await state.issueQuestion({ ...question, input: { tag_id: 1 } }, principal);
      const cut = text.lastIndexOf('.');
      const mixed = text.slice(0, cut) + other.slice(other.lastIndexOf('.'));
      for (const forged of ['', '.', 'v1.', 'x', text.slice(1), text.slice(0, cut), `${text}A`, mixed])
        expect(await state.verify(forged, principal), forged).toEqual(invalid);
    });

    test('refuses the state of a process with another key', async () => {
      const text = await create().issueQuestion(question, principal);
      expect(await create().verify(text, principal)).toEqual(invalid);
    });

    test('accepts a state of another process with the same key and store, once among all of them', async () => {
      const key = new Uint8Array(32).fill(7);
      const open = new Set<string>();
      const questions: OpenQuestions = { add: async (id) => void open.add(id), take: async (id) => open.delete(id) };
      const [one, other] = [create({ key, questions }), create({ key, questions })];
      const text = await one.issueQuestion(question, principal);
      expect(await accepts(other, text)).toBe(true);
      expect([await accepts(other, text), await accepts(one, text)]).toEqual([false, false]);
    });

    test('refuses a question that its own store does not have, although the key is the same', async () => {
      const key = new Uint8Array(32).fill(7);
      const text = await create({ key }).issueQuestion(question, principal);
      expect(await accepts(create({ key }), text)).toBe(false);
    });

    test('rejects when the question cannot be stored', async () => {
      const questions: OpenQuestions = {
        add: () => Promise.reject(new Error('store down')),
        take: () => Promise.reject(new Error('store down')),
      };
      await expect(create({ questions }).issueQuestion(question, principal)).rejects.toThrow('store down');
    });
  });
}
