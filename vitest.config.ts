import { defineConfig } from 'vitest/config';

const sources = ['packages/*/src', 'services/*/src', 'launcher/src'];
/** Beside them, places whose tests count and whose lines do not: a suite of the benchmark is run by whoever measures. */
const places = [...sources, 'bench/src', 'services/*/test', 'packages/*/test', 'scripts'];
const tests = '*.test.{ts,mjs}';
const integrationTests = '*.integration.test.{ts,mjs}';
/**
 * Faults that take minutes together, most of it for processes that start again. `npm test -- --long` and `npm run faults` run them, and
 * `.ci/run` while its half an hour leaves room.
 */
const longTests = [
  'audit-stream-leader',
  'audit-without-room',
  'clock-step',
  'executor-loss',
  'executor-trouble',
  'limits-without-redis',
  'out-of-descriptors',
  'random-kills',
  'submitted-plans',
  'tenants',
  'webhook-kills',
].map((name) => `test-e2e/src/faults/${name}.test.ts`);
/**
 * Tests share two cores with the servers and processes of others: in `.ci/run` one that failed gets a second try, and the run
 * names it at its end (scripts/count-results.mjs). Elsewhere the first try counts.
 */
const retry = process.env.CI ? 1 : 0;

// Kinds of test, told apart by name and place. The limits leave room for a busy machine with two cores; no test
// may lean on them for its verdict.
export default defineConfig({
  // The module that Node.js takes, which mercurius takes too: types of two instances of it do not know one another.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    // Real servers, WASM PostgreSQL and worker processes: threads of one process would share too much.
    pool: 'forks',
    maxWorkers: 2,
    restoreMocks: true,
    retry,
    expect: { poll: { timeout: 10_000 } },
    setupFiles: ['scripts/patient-wait-for.mjs'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: places.map((directory) => `${directory}/**/${tests}`),
          exclude: ['**/node_modules/**', `**/${integrationTests}`],
          // Loading its modules costs a file of these more than its tests do: files of one worker share them. So they leave no
          // state in a module behind, nor a clock or a global of their own.
          isolate: false,
          sequence: { groupOrder: 2 },
          testTimeout: 15_000,
          hookTimeout: 15_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: places.map((directory) => `${directory}/**/${integrationTests}`),
          // Much of their time they wait: for servers that start, for what comes back, for what must not happen.
          maxWorkers: 3,
          // As for unit tests: loading the whole of Patchbay for each file took a quarter of their time.
          isolate: false,
          sequence: { groupOrder: 1 },
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test-e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...longTests],
          sequence: { groupOrder: 0 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: longTests,
          sequence: { groupOrder: 3 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: sources.map((directory) => `${directory}/**/*.{ts,mjs}`),
      // The console runs in a browser; test-e2e/src/console drives it there.
      exclude: ['packages/console/src/**', '**/*.test.*', '**/*.test-support.ts', '**/*.fixture.ts', '**/*.d.mts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      reportsDirectory: 'coverage',
      thresholds: { lines: 95, functions: 95, statements: 95 },
    },
  },
});
