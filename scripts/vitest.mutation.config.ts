import { defineConfig } from 'vitest/config';

/**
 * The tests that reach the mutated files in this process. Those that start the built program do not see a mutant.
 */
export default defineConfig({
  test: {
    include: [
      'upstream/retry',
      'upstream/response',
      'upstream/response-misread',
      'upstream/deadline',
      'upstream/call-error',
      'account/call/pipeline',
      'account/call/stages/explain-refusal',
      'account/lookups/connections',
      'text/safe-text',
      'upstream/pacing/local-pacer',
    ].map((name) => `test/${name}.test.ts`),
    testTimeout: 60_000,
  },
});
