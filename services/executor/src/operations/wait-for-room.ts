import { PatchbayError } from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import type { Turns } from '../domain/turns.ts';
import { pause } from './deadline.ts';
import type { Run } from './execution-run.ts';
import type { AdmitCall, Lease, LimitScope } from './ports.ts';
import type { TracedStep } from './trace-step.ts';

export interface RoomPorts {
  readonly limits: AdmitCall;
  readonly turns: Turns;
}

/**
 * Waits for the rate limiter as long as the deadline has room for the wait. Only the lease says which connection it is,
 * so the limiter is asked after it; mostly the lease is at hand.
 * @throws PatchbayError `rate_limited` at once when its turn would come after the deadline.
 */
export async function waitForRoom(
  { limits, turns }: RoomPorts,
  { call, prepared, execution, deadlineAt, pace }: Run,
  leasing: Promise<Lease> | Lease | null,
): Promise<void> {
  const { tenant } = call;
  if (!limits.applies(tenant, prepared)) return;
  const connection = leasing === null ? null : (await leasing).connection;
  const span =
    call.span?.recording === true ? call.span.child('ask rate limits' satisfies TracedStep, 'internal') : null;
  const keyOf = (scope: LimitScope) => limitKey(scope, tenant, prepared, connection);
  let told = toldBefore(turns, keyOf);
  let errorCode: string | null = null;
  try {
    for (let hasTurn = false; ; hasTurn = true) {
      if (told === null) {
        const held = await limits.admit(tenant, prepared, connection);
        if (held === null) return;
        const now = performance.now();
        turns.heard(tenant, keyOf(held.scope), held, now);
        // Whoever had its turn, and found it taken or came too early, waits for room and not for a new turn.
        told = { scope: held.scope, waitMs: hasTurn ? held.waitMs : turns.waitAt(keyOf(held.scope), now) };
      }
      if (performance.now() + told.waitMs >= deadlineAt) {
        errorCode = 'rate_limited';
        throw noRoomInTime(told, prepared);
      }
      if (!hasTurn) turns.take(keyOf(told.scope));
      pace.waitedMs += told.waitMs;
      // A timer forgets fractions, and who comes too early asks in vain.
      await pause(Math.ceil(told.waitMs), execution.abort.signal);
      told = null;
    }
  } finally {
    span?.set({ 'patchbay.limiter.waited_ms': pace.waitedMs });
    span?.end(errorCode);
  }
}

interface Told {
  readonly scope: LimitScope;
  readonly waitMs: number;
}

const scopes: readonly LimitScope[] = ['tenant', 'integration', 'tool'];

/** What earlier calls heard of the limits, when one of them is full. */
function toldBefore(turns: Turns, keyOf: (scope: LimitScope) => string): Told | null {
  const now = performance.now();
  for (const scope of scopes) {
    const waitMs = turns.waitAt(keyOf(scope), now);
    if (waitMs > 0) return { scope, waitMs };
  }
  return null;
}

function limitKey(scope: LimitScope, tenant: string, tool: PreparedTool, connection: string | null): string {
  if (scope === 'tenant') return tenant;
  const place = `${tenant} ${connection ?? ''} ${tool.integration}`;
  return scope === 'integration' ? place : `${place} ${tool.name}`;
}

function noRoomInTime({ scope, waitMs }: Told, { integration, name }: PreparedTool): PatchbayError {
  const whose = { tenant: 'tenant', integration, tool: name }[scope];
  return new PatchbayError('rate_limited', {
    message: `The rate limit of ${whose} leaves no room before the deadline.`,
    retryAfterMs: Math.ceil(waitMs),
    details: { limit: 'ours', scope },
  });
}
