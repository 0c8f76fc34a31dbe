import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Packages of their own: npm run browser, npm run clients, npm run services.
    exclude: [...configDefaults.exclude, 'test/{browser,clients,services}/**'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
});
