import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*.test.ts'],
    globalSetup: ['support/reference.ts'],
    setupFiles: ['support/loopback-only.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    slowTestThreshold: 60_000,
    // They mostly wait for their turn within the rate limits.
    maxWorkers: 4,
    // The frameworks must not call home, and none has a model behind it.
    env: {
      AI_SDK_LOG_WARNINGS: 'false',
      LANGSMITH_TRACING: 'false',
      MASTRA_TELEMETRY_DISABLED: '1',
      MCP_USE_ANONYMIZED_TELEMETRY: 'false',
      OPENAI_AGENTS_DISABLE_TRACING: '1',
    },
  },
});
