import { startTestServers, type TestServers, type TestServersOptions } from './start-test-servers.ts';

/** Runs `use` with real servers, and ends them whatever becomes of it. */
export async function withTestServers<Result>(
  options: TestServersOptions,
  use: (servers: TestServers) => Promise<Result>,
): Promise<Result> {
  const servers = await startTestServers(options);
  try {
    return await use(servers);
  } finally {
    await servers.stop();
  }
}

/** What a test runner gives: vitest's `beforeAll` and `afterAll`. */
export interface SuiteHooks {
  readonly beforeAll: (run: () => Promise<void>, timeoutMs?: number) => unknown;
  readonly afterAll: (run: () => Promise<void>, timeoutMs?: number) => unknown;
}

/** A cluster elects its leaders first. */
const hookTimeoutMs = 60_000;

/**
 * Servers for a whole test file: `const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'] })`, then
 * `servers()` inside tests and hooks.
 */
export function serversForSuite(hooks: SuiteHooks, options: TestServersOptions = {}): () => TestServers {
  let servers: TestServers | null = null;
  hooks.beforeAll(async () => {
    servers = await startTestServers(options);
  }, hookTimeoutMs);
  hooks.afterAll(async () => {
    await servers?.stop();
  }, hookTimeoutMs);
  return () => {
    if (servers === null) throw new Error('the test servers start in beforeAll: ask for them inside a test or a hook');
    return servers;
  };
}
