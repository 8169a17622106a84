import { hash } from 'node:crypto';
import { type CallCounts, PatchbayError } from '@patchbay/contracts';
import { inTime } from '@patchbay/service-kit';
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import type { CountCalls, CountedCall } from '../operations/policies/ports.ts';

/** Longest wait for Redis, in milliseconds. */
const timeoutMs = 250;
/** Seconds that a session's count is kept after its last call, and a day's after its first. */
const keptSeconds = { session: 86_400, day: 172_800 } as const;
/** Counts that this process keeps by itself at most. */
const maxLocal = 100_000;

export interface CallCountsOptions {
  /** `redis://…`; null: this process counts for itself. */
  readonly url: string | null;
  /** What becomes of calls under policies that count when Redis is away: refused, or counted by each executor alone. */
  readonly whenAway: 'refuse' | 'local';
  readonly onError: (error: unknown) => void;
}

export interface CallCountsStore extends CountCalls {
  close(): void;
}

const names = ['session', 'agent_day', 'tool_day', 'tenant_day'] as const;

/** Of one slot, so that Redis can be a cluster. Names are hashed: they are the caller's, of any length. */
function keysOf({ tenant, session, agent, tool, now }: CountedCall): readonly string[] {
  const day = new Date(now).toISOString().slice(0, 10);
  const short = (text: string) => hash('sha256', text, 'base64url').slice(0, 22);
  const prefix = `patchbay:calls:{${tenant}}`;
  return [
    `${prefix}:s:${short(`${agent}\n${session}`)}`,
    `${prefix}:${day}:a:${short(agent)}`,
    `${prefix}:${day}:t:${tool}`,
    `${prefix}:${day}`,
  ];
}

function countsOf(values: readonly number[]): CallCounts {
  return Object.fromEntries(names.map((name, index) => [name, Math.max(0, values[index] ?? 0)])) as CallCounts;
}

/** Counts shared by all executors, each call in one round trip. The connection is made when a policy first counts. */
export function createRedisCallCounts({ url, whenAway, onError }: CallCountsOptions): CallCountsStore {
  const local = new LRUCache<string, number>({ max: maxLocal });
  let redis: Redis | null = null;

  function connection(address: string): Redis {
    if (redis !== null) return redis;
    redis = new Redis(address, {
      maxRetriesPerRequest: 0,
      socketTimeout: 2_000,
      retryStrategy: (times) => Math.min(50 * times, 1_000),
    });
    redis.on('error', onError);
    return redis;
  }

  /** Changes each count by `by` and gives what they are then. */
  async function change(call: CountedCall, by: 1 | -1 | 0): Promise<readonly number[]> {
    const keys = keysOf(call);
    if (url === null) return changeLocally(keys, by);
    try {
      const client = connection(url);
      const batch = client.multi();
      for (const [index, key] of keys.entries()) {
        if (by === 0) batch.get(key);
        else batch.incrby(key, by).expire(key, index === 0 ? keptSeconds.session : keptSeconds.day);
      }
      const answers = await inTime(batch.exec(), timeoutMs, 'Redis');
      if (answers === null) throw new Error('Redis gave the counts up');
      const wanted = by === 0 ? answers : answers.filter((_answer, index) => index % 2 === 0);
      return wanted.map(([error, value]) => {
        if (error !== null) throw error;
        return Number(value ?? 0);
      });
    } catch (error) {
      onError(error);
      if (whenAway === 'local') return changeLocally(keys, by);
      throw new PatchbayError('policy_unavailable', {
        message: 'A policy goes by how many calls there were, and the counts are out of reach.',
        cause: error,
      });
    }
  }

  function changeLocally(keys: readonly string[], by: number): readonly number[] {
    return keys.map((key) => {
      const value = Math.max(0, (local.get(key) ?? 0) + by);
      if (by !== 0) local.set(key, value);
      return value;
    });
  }

  return {
    take: async (call) => countsOf((await change(call, 1)).map((value) => value - 1)),
    look: async (call) => countsOf(await change(call, 0)),
    async giveBack(call) {
      await change(call, -1);
    },
    close: () => redis?.disconnect(),
  };
}
