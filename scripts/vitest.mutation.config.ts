import { defineConfig } from 'vitest/config';

/** The tests that run the mutated files in their own process. Tests that start the built program never see a mutant. */
export default defineConfig({
  test: {
    include: [
      'upstream/call-error',
      'upstream/deadline',
      'upstream/pacing/gauge',
      'upstream/pacing/limits',
      'upstream/pacing/local-pacer',
      'upstream/pacing/lowered-limits',
      'upstream/pacing/pauses',
      'upstream/response',
      'upstream/response-misread',
      'upstream/retry',
      'upstream/retry-pacing',
      'account/call/call-tool',
      'account/call/stages/send-request',
      'account/call/stages/show-dry-run',
      'account/account',
      'account/call/pipeline',
      'account/call/run-workflow',
      'account/call/stages/explain-refusal',
      'account/call/stages/read-arguments',
      'account/call/stages/shape-result',
      'account/lookups/connections/cache',
      'account/lookups/connections/chooser',
      'account/call/stages/check-policy',
      'account/call/stages/unknown-names',
      'account/send-guard/guarded-sends',
      'account/send-guard/memory-send-guard',
      'tools/field-values',
    ].map((name) => `test/${name}.test.ts`),
    testTimeout: 60_000,
  },
});
