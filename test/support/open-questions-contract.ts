import { describe, expect, test } from 'vitest';
import type { OpenQuestions } from '../../src/account/request-state/request-state.js';

/** What every store of open questions must do. */
export function openQuestionsContract(name: string, create: () => OpenQuestions): void {
  describe(`open questions in ${name}`, () => {
    test('gives an entry to one caller, once', async () => {
      const questions = create();
      await questions.add('a', 600);
      expect((await Promise.all([1, 2, 3].map(() => questions.take('a')))).filter(Boolean)).toEqual([true]);
      expect(await questions.take('a')).toBe(false);
    });

    test('refuses an entry that was never added', async () => {
      const questions = create();
      await questions.add('a', 600);
      expect(await questions.take('b')).toBe(false);
      expect(await questions.take('a')).toBe(true);
    });
  });
}
