import type { PreparedTool } from '@patchbay/execution-engine';
import { Redis } from 'ioredis';
import { type Gcra, gcraOf, LocalGcra } from '../domain/gcra.ts';
import type { AdmitCall } from '../operations/ports.ts';
import { gcraScript } from './gcra-script.ts';

/** Longest wait for Redis before this process decides by itself, in milliseconds. */
const redisTimeoutMs = 20;

export interface RateLimiter extends AdmitCall {
  /** False while this process decides by itself. */
  readonly shared: boolean;
  close(): Promise<void>;
}

type GcraRedis = Redis & { admit(keys: number, ...args: (string | number)[]): Promise<number> };

/**
 * Rate limits shared by all executors: per connection for the integration's limit, and per tool. When Redis is away or
 * slow, each executor applies the limits alone until it answers again: that costs accuracy, not calls.
 */
export function createRedisRateLimiter(url: string | null, onError: (error: unknown) => void): RateLimiter {
  const local = new LocalGcra();
  const limitsOf = new WeakMap<PreparedTool, readonly { scope: string; gcra: Gcra }[]>();
  let healthy = url !== null;
  const redis = url === null ? null : connect(url);

  function connect(address: string): GcraRedis {
    const client = new Redis(address, {
      enableAutoPipelining: true,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      commandTimeout: redisTimeoutMs,
      retryStrategy: (times) => Math.min(50 * times, 1_000),
    });
    client.defineCommand('admit', { lua: gcraScript });
    client.on('error', onError);
    client.on('ready', () => {
      healthy = true;
    });
    client.on('close', () => {
      healthy = false;
    });
    return client as GcraRedis;
  }

  function scopesOf(tool: PreparedTool) {
    let scopes = limitsOf.get(tool);
    if (scopes === undefined) {
      scopes = [
        ...(tool.rateLimits === null ? [] : [{ scope: tool.integration, gcra: gcraOf(tool.rateLimits) }]),
        ...(tool.toolRateLimits === null
          ? []
          : [{ scope: `${tool.integration}.${tool.name}`, gcra: gcraOf(tool.toolRateLimits) }]),
      ];
      limitsOf.set(tool, scopes);
    }
    return scopes;
  }

  return {
    get shared() {
      return healthy;
    },
    async admit(tenant, tool, connection) {
      const limits = scopesOf(tool).map(({ scope, gcra }) => ({
        key: `patchbay:rate:{${tenant}}:${connection}:${scope}`,
        gcra,
      }));
      if (limits.length === 0) return null;
      let waitUs: number;
      try {
        if (redis === null || redis.status !== 'ready') throw new Error('not connected');
        waitUs = await redis.admit(
          limits.length,
          ...limits.map(({ key }) => key),
          ...limits.flatMap(({ gcra }) => [gcra.interval, gcra.tolerance]),
        );
      } catch {
        waitUs = local.decide(limits, performance.now() * 1_000);
      }
      return waitUs === 0 ? null : waitUs / 1_000;
    },
    async close() {
      redis?.disconnect();
    },
  };
}
