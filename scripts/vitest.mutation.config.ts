import { defineConfig } from 'vitest/config';

/** The tests that run the mutated files in their own process. Tests that start the built program never see a mutant. */
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
