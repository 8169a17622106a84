import type { PreparedTool } from '@patchbay/execution-engine';
import { Redis } from 'ioredis';
import { type Gcra, gcraOf, LocalGcra } from '../domain/gcra.ts';
import type { AdmitCall } from '../operations/ports.ts';
import { gcraScript } from './gcra-script.ts';

/** Longest wait for Redis before this process decides by itself, in milliseconds, unless the caller says otherwise. */
const defaultTimeoutMs = 20;
/** Milliseconds after a call that Redis did not answer in time, before it is asked again. */
const slowPauseMs = 250;
/** Milliseconds without an answer after which the connection is given up and made anew. */
const silenceMs = 2_000;

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
export function createRedisRateLimiter(
  url: string | null,
  onError: (error: unknown) => void,
  timeoutMs: number = defaultTimeoutMs,
): RateLimiter {
  const local = new LocalGcra();
  const limitsOf = new WeakMap<PreparedTool, readonly { scope: string; gcra: Gcra }[]>();
  /** `performance.now()` until which Redis is left alone. */
  let askAgainAt = 0;
  let reported = false;
  const redis = url === null ? null : connect(url);

  function connect(address: string): GcraRedis {
    const client = new Redis(address, {
      enableAutoPipelining: true,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      socketTimeout: silenceMs,
      retryStrategy: (times) => Math.min(50 * times, 1_000),
    });
    client.defineCommand('admit', { lua: gcraScript });
    client.on('error', report);
    client.on('ready', () => {
      askAgainAt = 0;
    });
    return client as GcraRedis;
  }

  /** Once for each time that sharing ends. */
  function report(error: unknown): void {
    if (!reported) onError(error);
    reported = true;
  }

  function isShared(): boolean {
    return redis?.status === 'ready' && performance.now() >= askAgainAt;
  }

  /** Microseconds to wait, as all executors see it. @throws Error when Redis does not say so in time. */
  async function decideTogether(limits: readonly { key: string; gcra: Gcra }[]): Promise<number> {
    const asked = (redis as GcraRedis).admit(
      limits.length,
      ...limits.map(({ key }) => key),
      ...limits.flatMap(({ gcra }) => [gcra.interval, gcra.tolerance]),
    );
    const waitUs = await inTime(asked, timeoutMs);
    reported = false;
    return waitUs;
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
      return isShared();
    },
    async admit(tenant, tool, connection) {
      const limits = scopesOf(tool).map(({ scope, gcra }) => ({
        key: `patchbay:rate:{${tenant}}:${connection}:${scope}`,
        gcra,
      }));
      if (limits.length === 0) return null;
      let waitUs: number | null = null;
      if (isShared()) {
        try {
          waitUs = await decideTogether(limits);
        } catch (error) {
          // Not every call shall wait for a Redis that is slow, nor add to what it has to do.
          askAgainAt = performance.now() + slowPauseMs;
          report(error);
        }
      }
      waitUs ??= local.decide(limits, performance.now() * 1_000);
      return waitUs === 0 ? null : waitUs / 1_000;
    },
    async close() {
      redis?.disconnect();
    },
  };
}

/** Not the client's own time limit: that starts over behind each pipeline under way, so that waits could add up. */
function inTime(asked: Promise<number>, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`Redis did not answer within ${timeoutMs} ms`));
    // The answer may lie in the socket while this process was busy: look there before it counts as late.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
    asked.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
