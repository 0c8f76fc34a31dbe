import { defineConfig } from 'vitest/config';

/**
 * The tests that reach the mutated files in this process. Those that start the built program do not see a mutant.
 */
export default defineConfig({
  test: {
    include: [
      'attempts',
      'answers',
      'answers-misread',
      'budget',
      'errors',
      'gateway',
      'explain',
      'connection',
      'results',
      'pace',
    ].map((name) => `test/${name}.test.ts`),
    testTimeout: 60_000,
  },
});
