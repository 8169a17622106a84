import type { RedisReport } from '@patchbay/contracts';
import { inTime, redisReport } from '@patchbay/service-kit';
import { Redis } from 'ioredis';
import type { Claim, ClaimEvents } from '../operations/ports.ts';
import type { ClaimMemory } from '../operations/rebuild-claims.ts';
import { claimScript, extendScript, promoteScript, releaseScript, rememberScript } from './claim-scripts.ts';
import { ScriptBatch } from './script-batch.ts';

/** Milliseconds that a claim holds unless it is promoted: longer than a publish may take, and a copy waits no longer for a killed process. */
const claimMs = 30_000;
/** Longest wait for Redis, in milliseconds: vendors give us a second or three for everything. */
const defaultTimeoutMs = 250;
/** Milliseconds after a call that Redis did not answer in time, before it is asked again. */
const slowPauseMs = 500;
/** Milliseconds without an answer after which the connection is given up and made anew. */
const silenceMs = 2_000;
/** Set when the claims of the whole window are there. Gone with them when Redis loses its memory. */
const markerKey = 'hook:marker';
const probeKey = 'hook:probe';
/** Seconds for which the place of the newest kept request is known: longer than one is kept. */
const slotSeconds = 172_800;

const scripts = {
  claim: claimScript,
  promote: promoteScript,
  release: releaseScript,
  extend: extendScript,
  remember: rememberScript,
};
type Script = keyof typeof scripts;
type ClaimRedis = Redis &
  Record<`${Script}Events`, (keys: number, ...args: (string | number)[]) => Promise<readonly number[]>>;

/** An event's keys, and the values that its script calls a, b and c: ids and numbers, without spaces. */
interface Entry {
  readonly keys: readonly string[];
  readonly values: readonly [string | number, (string | number)?, (string | number)?];
}

/** Events of one call at most: Redis does nothing else meanwhile. */
const mostEvents = 200;

export interface RedisClaims extends ClaimEvents, ClaimMemory {
  /** False while Redis does not answer. */
  readonly shared: boolean;
  /** Redis as it says it is. */
  report(): Promise<RedisReport>;
  /** The next place in a ring, over all processes; null while Redis is away. */
  nextSlot(ring: string): Promise<number | null>;
  close(): void;
}

export interface RedisClaimsOptions {
  readonly url: string;
  /** Called once for each time that Redis goes away. */
  readonly onAway: (error: unknown) => void;
  /** Redis answers again. Events since then (Unix milliseconds) were persisted without a claim. */
  readonly onBack: (awaySince: number) => void;
  readonly timeoutMs?: number;
}

const verdicts: readonly Claim[] = ['won', 'duplicate', 'pending'];

/** Claims of events in Redis, shared by all processes of the ingress. Every call rejects at once while Redis is away. */
export function createRedisClaims({
  url,
  onAway,
  onBack,
  timeoutMs = defaultTimeoutMs,
}: RedisClaimsOptions): RedisClaims {
  /** Unix milliseconds; null while it answers. */
  let awaySince: number | null = Date.now();
  let told = false;
  /** `performance.now()` until which Redis is left alone. */
  let askAgainAt = 0;
  /** Runs while it is away: what was persisted meanwhile is to be remembered soon, whether or not a webhook comes. */
  let probing: NodeJS.Timeout | null = null;
  let closed = false;
  const redis = new Redis(url, {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    socketTimeout: silenceMs,
    retryStrategy: (times) => Math.min(50 * times, 1_000),
  }) as ClaimRedis;
  for (const [name, lua] of Object.entries(scripts)) redis.defineCommand(`${name}Events`, { lua });
  const run = (script: Script, entries: readonly Entry[]) => {
    const keys = entries.flatMap((entry) => entry.keys);
    const values = entries.map((entry) => `${entry.keys.length} ${entry.values.join(' ')}`);
    return redis[`${script}Events`](keys.length, ...keys, ...values);
  };
  // The time limit is a batch's, not each event's: at thousands a second, timers are work.
  const batchOf = (script: Script, hurry: boolean) =>
    new ScriptBatch<Entry, number>((entries) => ask(() => run(script, entries)), mostEvents, { hurry });
  const claims = batchOf('claim', true);
  const [promotes, releases, extensions] = [
    batchOf('promote', false),
    batchOf('release', true),
    batchOf('extend', true),
  ];
  const memories = new ScriptBatch<Entry, number>((entries) => run('remember', entries), mostEvents);
  redis.on('error', away);
  redis.on('ready', () => {
    askAgainAt = 0;
    back();
  });

  function away(error: unknown): void {
    if (closed) return;
    awaySince ??= Date.now();
    if (!told) onAway(error);
    told = true;
    // By a write: a Redis that is full answers, and takes nothing.
    probing ??= setInterval(() => void ask(probe).catch(() => {}), slowPauseMs).unref();
  }

  function back(): void {
    if (awaySince === null) return;
    if (probing !== null) clearInterval(probing);
    probing = null;
    const since = awaySince;
    [awaySince, told] = [null, false];
    onBack(since);
  }

  function isShared(): boolean {
    return redis.status === 'ready' && performance.now() >= askAgainAt;
  }

  const probe = () => redis.set(probeKey, '1', 'PX', slowPauseMs);

  function mustBeShared(): void {
    if (isShared()) return;
    const error = new Error('Redis is away');
    away(error);
    throw error;
  }

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    mustBeShared();
    try {
      const answer = await inTime(question(), timeoutMs, 'Redis');
      back();
      return answer;
    } catch (error) {
      // Not every webhook shall wait for a Redis that is slow, nor add to what it has to do.
      askAgainAt = performance.now() + slowPauseMs;
      away(error);
      throw error;
    }
  }

  return {
    get shared() {
      return isShared();
    },
    report: () => redisReport(() => redis.info('memory')),
    async claim(events, token) {
      // At once: what gathers behind a batch that is not answered would wait for nothing.
      mustBeShared();
      const answers = await Promise.all(events.map(({ keys }) => claims.add({ keys, values: [token, claimMs] })));
      return answers.map((answer) => verdicts[answer] as Claim);
    },
    async promote({ keys, windowMs }, token, eventId) {
      mustBeShared();
      await promotes.add({ keys, values: [token, eventId, windowMs] });
    },
    async release({ keys }, token) {
      mustBeShared();
      await releases.add({ keys, values: [token] });
    },
    async extend({ keys }, token) {
      mustBeShared();
      await extensions.add({ keys, values: [token, claimMs] });
    },
    async remember(events) {
      await Promise.all(events.map(({ keys, eventId, forMs }) => memories.add({ keys, values: [eventId, forMs] })));
    },
    isComplete: () => ask(async () => (await redis.exists(markerKey)) === 1),
    markComplete: () => ask(async () => void (await redis.set(markerKey, '1'))),
    async nextSlot(ring) {
      if (!isShared()) return null;
      const key = `hook:ring:${ring}`;
      const [slot] = await inTime(
        Promise.all([redis.incr(key), redis.expire(key, slotSeconds)]),
        timeoutMs,
        'Redis',
      ).catch(() => [null]);
      return slot ?? null;
    },
    close() {
      closed = true;
      if (probing !== null) clearInterval(probing);
      redis.disconnect();
    },
  };
}
