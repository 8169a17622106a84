import { PatchbayError } from '@patchbay/contracts';
import type { Report } from '../operations/ports.ts';
import type { KeyService } from './key-service.ts';

export interface GuardOptions {
  readonly report: Report;
  /** Milliseconds on a clock that never steps. */
  readonly nowMs?: () => number;
}

/** Calls in a row without an answer after which the key service counts as away. */
const awayAfter = 5;
/** Milliseconds between two calls that find out whether it is back; doubles with each that does not. */
const probing = { leastMs: 500, mostMs: 2_000 };

/**
 * Asks a key service that is away or throttles only now and then whether it is back, for all tenants together, and refuses
 * everything else at once. Each tenant's own hold is not enough: the tenants whose keys run out while it is away would
 * become as many callers that knock, which is what keeps a throttled service throttled.
 */
export function guardKeyService(keyService: KeyService, options: GuardOptions): KeyService {
  const nowMs = options.nowMs ?? (() => performance.now());
  let missed = 0;
  let waitMs = probing.leastMs;
  /** When the next call may find out; 0 while the service is there. */
  let nextAt = 0;

  async function guarded<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const away = nextAt > 0;
    if (away) {
      const leftMs = nextAt - nowMs();
      if (leftMs > 0) throw isAway(leftMs);
      // This call finds out; those beside it are refused meanwhile.
      nextAt = nowMs() + waitMs;
    }
    try {
      const answer = await call();
      answered();
      return answer;
    } catch (error) {
      if (error instanceof PatchbayError && error.body.retryable) unanswered(away);
      // A refusal is an answer.
      else answered();
      throw error;
    }
  }

  function answered(): void {
    if (nextAt > 0) options.report('warn', 'the key service answers again', { provider: keyService.provider });
    missed = 0;
    nextAt = 0;
    waitMs = probing.leastMs;
  }

  function unanswered(wasProbe: boolean): void {
    missed++;
    if (missed < awayAfter) return;
    if (nextAt === 0)
      options.report('warn', 'the key service does not answer; it is asked only now and then until it does', {
        provider: keyService.provider,
        key_id: keyService.keyId,
      });
    // Calls that set out before it counted as away say nothing new.
    else if (!wasProbe) return;
    else waitMs = Math.min(probing.mostMs, 2 * waitMs);
    nextAt = nowMs() + waitMs;
  }

  return {
    provider: keyService.provider,
    keyId: keyService.keyId,
    generateTenantKey: (name) => guarded(() => keyService.generateTenantKey(name)),
    unwrap: (wrapped, name) => guarded(() => keyService.unwrap(wrapped, name)),
    rewrap: (wrapped, name, sourceKeyId) => guarded(() => keyService.rewrap(wrapped, name, sourceKeyId)),
    close: () => keyService.close(),
  };
}

function isAway(leftMs: number): PatchbayError {
  return new PatchbayError('vault_unavailable', {
    message: 'The key service does not answer.',
    retryAfterMs: Math.ceil(leftMs),
    details: { reason: 'key_service' },
  });
}
