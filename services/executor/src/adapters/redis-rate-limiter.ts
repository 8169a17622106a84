import type { RedisReport } from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import { inTime, redisReport } from '@patchbay/service-kit';
import { Redis } from 'ioredis';
import { type Decision, type Gcra, gcraOf, type Limit, LocalGcra, partOf } from '../domain/gcra.ts';
import type { AdmitCall, LimitScope } from '../operations/ports.ts';
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
  /** Redis as it says it is; null without one. */
  report(): Promise<RedisReport | null>;
  close(): Promise<void>;
}

type GcraRedis = Redis & { admit(keys: number, ...args: (string | number)[]): Promise<[number, number]> };

export interface RateLimiterOptions {
  /** `redis://…`; null when there is none to share over. */
  readonly url: string | null;
  /** The limit over all executions of a tenant, or null. */
  readonly tenantLimit?: (tenant: string) => Gcra | null;
  /** How many executors keep the limits, this one among them. Each keeps as large a part of them when Redis is away. */
  readonly executors?: () => number;
  /** Called once for each time that sharing ends. */
  readonly onError: (error: unknown) => void;
  /** Called when limits are shared again after that. */
  readonly onShared?: () => void;
  readonly timeoutMs?: number;
}

interface ScopedLimit {
  readonly scope: LimitScope;
  readonly name: string;
  readonly gcra: Gcra;
}

/**
 * Rate limits shared by all executors, asked all at once: over a tenant, over the integration for a connection, and over
 * the tool for it. When Redis is away or slow, each executor keeps its part of them alone until it answers again: that
 * costs accuracy, not calls.
 */
export function createRedisRateLimiter({
  url,
  tenantLimit = () => null,
  executors = () => 1,
  onError,
  onShared = () => {},
  timeoutMs = defaultTimeoutMs,
}: RateLimiterOptions): RateLimiter {
  const local = new LocalGcra();
  const limitsOf = new WeakMap<PreparedTool, readonly ScopedLimit[]>();
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

  /** As all executors see it. @throws Error when Redis does not say so in time. */
  async function decideTogether(limits: readonly Limit[]): Promise<Decision> {
    const asked = (redis as GcraRedis).admit(
      limits.length,
      ...limits.map(({ key }) => key),
      ...limits.flatMap(({ gcra }) => [gcra.interval, gcra.tolerance]),
    );
    const [waitUs, limit] = await inTime(asked, timeoutMs, 'Redis');
    if (reported) onShared();
    reported = false;
    // Else a Redis that is lost would hand out a second burst, in parts.
    if (waitUs === 0) local.count(ownPartsOf(limits), performance.now() * 1_000);
    return { waitUs, limit };
  }

  function decideAlone(limits: readonly Limit[]): Decision {
    return local.decide(ownPartsOf(limits), performance.now() * 1_000);
  }

  function ownPartsOf(limits: readonly Limit[]): Limit[] {
    const parts = Math.max(1, executors());
    return limits.map(({ key, gcra }) => ({ key, gcra: partOf(gcra, parts) }));
  }

  function scopesOf(tool: PreparedTool): readonly ScopedLimit[] {
    let scopes = limitsOf.get(tool);
    if (scopes === undefined) {
      scopes = [
        ...(tool.rateLimits === null
          ? []
          : [{ scope: 'integration' as const, name: tool.integration, gcra: gcraOf(tool.rateLimits) }]),
        ...(tool.toolRateLimits === null
          ? []
          : [
              {
                scope: 'tool' as const,
                name: `${tool.integration}.${tool.name}`,
                gcra: gcraOf(tool.toolRateLimits),
              },
            ]),
      ];
      limitsOf.set(tool, scopes);
    }
    return scopes;
  }

  return {
    get shared() {
      return isShared();
    },
    applies: (tenant, tool) => scopesOf(tool).length > 0 || tenantLimit(tenant) !== null,
    async admit(tenant, tool, connection) {
      const ofTenant = tenantLimit(tenant);
      const scopes = scopesOf(tool);
      const limits: Limit[] = scopes.map(({ name, gcra }) => ({
        key: `patchbay:rate:{${tenant}}:${connection ?? ''}:${name}`,
        gcra,
      }));
      if (ofTenant !== null) limits.push({ key: `patchbay:rate:{${tenant}}`, gcra: ofTenant });
      if (limits.length === 0) return null;
      let decision: Decision | null = null;
      if (isShared()) {
        try {
          decision = await decideTogether(limits);
        } catch (error) {
          // Not every call shall wait for a Redis that is slow, nor add to what it has to do.
          askAgainAt = performance.now() + slowPauseMs;
          report(error);
        }
      }
      decision ??= decideAlone(limits);
      if (decision.waitUs === 0) return null;
      const { gcra } = limits[decision.limit] as Limit;
      return {
        waitMs: decision.waitUs / 1_000,
        intervalMs: gcra.interval / 1_000,
        scope: scopes[decision.limit]?.scope ?? 'tenant',
      };
    },
    report: async () => (redis === null ? null : redisReport(() => redis.info('memory'))),
    async close() {
      redis?.disconnect();
    },
  };
}
