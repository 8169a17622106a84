import { type HookStep, maxKeptBytes, type StoredKeptRequest, type WebhookSource } from '@patchbay/contracts';
import { type HookRequest, hideSecrets, type RefusalReason, type WebhookScheme } from '@patchbay/webhook-schemes';
import type { HookArrival, KeepRequests, Report } from './ports.ts';

/** Why a request is turned away. */
export interface Rejection {
  readonly step: HookStep;
  readonly reason: RefusalReason | 'too_large' | 'method';
  /** For a developer. Holds no secret. */
  readonly message: string;
  readonly variant: string | null;
  readonly signed: Uint8Array | null;
}

export interface KeptFacts {
  readonly arrival: HookArrival;
  readonly source: WebhookSource;
  /** Null for a bin. */
  readonly scheme: WebhookScheme | null;
  readonly request: HookRequest;
  readonly status: number;
  /** Null for what was captured. */
  readonly rejection: Rejection | null;
  /** The source's secrets, which must not be kept with it. */
  readonly secrets: readonly string[];
  /** Where the body was not read: how long it says it is. */
  readonly bodyBytes?: number;
}

export interface KeepRequestPorts {
  readonly kept: KeepRequests;
  readonly report: Report;
  /** `performance.now()` milliseconds. */
  readonly now?: () => number;
}

export interface KeepRequest {
  /** Keeps it if there is room, beside the answer. False when there was none. */
  keep(facts: KeptFacts): boolean;
  /** What is under way has ended. */
  settled(): Promise<void>;
}

/** Of one source, kept in a second; and of all, being written at once. Whoever sends forged requests must not fill the store. */
const limits = { aSecond: 10, atOnce: 32 };

/** Keeps requests that became no event, for whoever asks why: bounded in number, size and rate, and without credentials. */
export function createKeepRequest({ kept, report, now = () => performance.now() }: KeepRequestPorts): KeepRequest {
  const writing = new Set<Promise<void>>();
  let second = 0;
  let inSecond = new Map<string, number>();

  function hasRoom(source: string): boolean {
    const present = Math.floor(now() / 1_000);
    if (present !== second) [second, inSecond] = [present, new Map()];
    const count = inSecond.get(source) ?? 0;
    if (count >= limits.aSecond || writing.size >= limits.atOnce) return false;
    inSecond.set(source, count + 1);
    return true;
  }

  return {
    keep(facts) {
      if (!hasRoom(facts.source.id)) return false;
      const work = kept.put(recordOf(facts)).catch((error: unknown) => {
        report('warn', 'a webhook request that became no event could not be kept', {
          source: facts.source.id,
          request: facts.arrival.id,
          err: error,
        });
      });
      writing.add(work);
      void work.finally(() => writing.delete(work));
      return true;
    },
    settled: async () => void (await Promise.all(writing)),
  };
}

function recordOf({
  arrival,
  source,
  scheme,
  request,
  status,
  rejection,
  secrets,
  bodyBytes,
}: KeptFacts): StoredKeptRequest {
  const shown = hideSecrets(scheme, request, secrets);
  const signed = rejection?.signed ?? null;
  return {
    id: arrival.id,
    tenant: source.tenant,
    source: source.id,
    kind: rejection === null ? 'captured' : 'rejected',
    received_at: arrival.receivedAt.toISOString(),
    status,
    step: rejection?.step ?? 'none',
    reason: rejection?.reason ?? null,
    message: rejection?.message.slice(0, 1_024) ?? null,
    scheme: scheme?.id ?? null,
    variant: rejection?.variant ?? null,
    method: arrival.method.slice(0, 16),
    url: shown.url.slice(0, 16_384),
    body_bytes: bodyBytes ?? request.body.length,
    headers: shown.headers.map(([name, value]): [string, string] => [name, value]),
    body: base64(shown.body),
    signed: signed === null ? null : base64(hideSecrets(scheme, { ...request, body: signed }, secrets).body),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, maxKeptBytes)).toString('base64');
}
