import { defineConfig } from 'vitest/config';

/**
 * The tests that reach the mutated files in this process. Those that start the built program do not see a mutant, and
 * those that wait for a deadline again and again would make the run last hours.
 */
export default defineConfig({
  test: {
    include: ['attempts', 'errors', 'connection', 'results', 'regressions', 'pace', 'faults'].map(
      (name) => `test/${name}.test.ts`,
    ),
    testNamePattern: /^(?!.*(real sockets|surroundings|trickle|hang|9 MB|gzip bomb|429 with|no such host)).*$/,
    testTimeout: 20_000,
  },
});
