import { describe, expect, test } from 'vitest';
import type { OpenQuestions } from '../../src/account/request-state/request-state.js';

/** What every store of open questions must do. `create` returns them as two processes see them, which may be one. */
export function openQuestionsContract(
  name: string,
  create: () => readonly [one: OpenQuestions, other: OpenQuestions],
): void {
  describe(`open questions in ${name}`, () => {
    test('gives an entry to one caller, once', async () => {
      const [one, other] = create();
      await one.add('a', 600, 'maria');
      const takers = [one, other, one, other];
      expect((await Promise.all(takers.map((questions) => questions.take('a')))).filter(Boolean)).toEqual([true]);
      expect([await one.take('a'), await other.take('a')]).toEqual([false, false]);
    });

    test('refuses an entry that was never added', async () => {
      const [one, other] = create();
      await one.add('a', 600, 'maria');
      expect(await other.take('b')).toBe(false);
      expect(await other.take('a')).toBe(true);
    });
  });
}
