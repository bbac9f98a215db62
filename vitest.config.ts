import { defineConfig } from 'vitest/config';
import { NEEDED_PARTS, isInstalled } from './test/support/parts.ts';

const missing = process.env['CI'] ? [] : NEEDED_PARTS.filter(({ present }) => !present());
for (const { part, files } of missing)
  process.stderr.write(`${part} is not installed: ${files} is left out of this run. CI runs it.\n`);
if (!process.env['CI'] && !isInstalled('redis-server')) {
  process.stderr.write(
    'redis-server is not installed: the tests use the embedded js-redis-server. CI uses a real one.\n',
  );
}

/** Files that take more than ten seconds: `npm run test:long`. `npm test` runs all others. */
const LONG = 'test/**/*.long.test.ts';
const absent = missing.map(({ files }) => files);

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'short', include: ['test/**/*.test.ts'], exclude: [LONG, ...absent] } },
      { extends: true, test: { name: 'long', include: [LONG], exclude: absent } },
    ],
    testTimeout: 20_000,
    // Metrics are as old as a second.
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 30_000,
    fileParallelism: true,
    maxWorkers: 2,
    reporters: process.env['CI'] ? ['default', 'json'] : ['default'],
    outputFile: { json: 'test-results.json' },
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text-summary', 'lcov'],
    },
  },
});
