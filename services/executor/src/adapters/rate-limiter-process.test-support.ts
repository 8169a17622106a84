import { setTimeout as delay } from 'node:timers/promises';
import type { RateLimits } from '@patchbay/contracts';
import { toolOf } from '../operations/fakes.test-support.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';

/** What the test tells a process of its own: to ask for this tool for so long. It answers when it was admitted. */
interface Task {
  readonly url: string;
  readonly integration: string;
  readonly limits: RateLimits;
  readonly forMs: number;
}

/** Milliseconds on a clock that all processes of the machine share. */
const now = () => Number(process.hrtime.bigint()) / 1e6;

process.once('message', async ({ url, integration, limits, forMs }: Task) => {
  const limiter = createRedisRateLimiter({ url, onError: () => process.exit(1), timeoutMs: 10_000 });
  while (!limiter.shared) await delay(10);
  const tool = toolOf({ integration, rateLimits: limits });
  const admissions: { from: number; to: number }[] = [];
  const end = now() + forMs;
  for (let from = now(); from < end; from = now()) {
    if ((await limiter.admit('acme', tool, 'con_1')) === null) admissions.push({ from, to: now() });
  }
  process.send?.(admissions);
  await limiter.close();
});
process.send?.('ready');
