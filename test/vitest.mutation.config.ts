import { defineConfig } from 'vitest/config';

/**
 * The tests that reach the mutated files in this process. Those that start the built program do not see a mutant.
 */
export default defineConfig({
  test: {
    include: [
      'attempts',
      'failures',
      'errors',
      'gateway',
      'explain',
      'connection',
      'results',
      'regressions',
      'pace',
    ].map((name) => `test/${name}.test.ts`),
    testNamePattern: /^(?!.*surroundings).*$/,
    testTimeout: 20_000,
  },
});
