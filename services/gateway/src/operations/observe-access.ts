import { type AuditActsOf, type AuditData, everyTenant, platformScope, toErrorBody } from '@patchbay/contracts';
import { actorOf, type NatsPrincipal, type Principal } from '@patchbay/identity';
import { AccessTally, type TalliedEvent } from './access-tally.ts';
import type { TellSession } from './open-sessions.ts';
import type { RecordAudit, Report } from './ports.ts';

/** Told of somebody who is known and was refused; only what they may not do is kept. */
export type OnRefused = (refused: {
  readonly principal: Principal;
  /** Null where none was named. */
  readonly tenant: string | null;
  /** Never with a path's values. */
  readonly operation: string;
  readonly error: unknown;
}) => void;

export interface ObserveAccessPorts {
  readonly recordAudit: RecordAudit;
  readonly report: Report;
  readonly instance: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds between reports. Default 30,000. */
  readonly everyMs?: number;
}

/** Records who comes in, who does not, and what stays open: `AccessTally` says how much of it. Nobody waits for these records. */
export function observeAccess({ recordAudit, report, instance, now, everyMs = 30_000 }: ObserveAccessPorts) {
  const tally = new AccessTally(now);
  const timer = setInterval(() => void tell(tally.take()), everyMs).unref();

  async function record(tenant: string, act: AuditActsOf<'gateway'>, data: AuditData): Promise<void> {
    try {
      await recordAudit({ tenant, type: `dev.patchbay.gateway.${act}`, subject: data.target.id, data });
    } catch (err) {
      report('error', 'an audit event about access was lost', { act, tenant, err });
    }
  }

  function tell(events: readonly TalliedEvent[]): Promise<unknown> {
    return Promise.all(
      events.map(({ tenant, act, data }) =>
        record(tenant, act, { ...data, actor: data.actor ?? { kind: 'service', id: instance } }),
      ),
    );
  }

  const onRefused: OnRefused = ({ error, ...refused }) => {
    const { code } = toErrorBody(error);
    if (code === 'not_permitted') tally.accessRefused(refused);
    // Known by their key, but what they sent is not signed as it must be.
    if (code === 'not_authenticated') {
      const { kind, id, tenant } = refused.principal;
      tally.signInRefused({ door: 'voice', tenant, key: kind === 'key' ? id : null, reason: 'not_signed' });
    }
  };

  const tellSession: TellSession = (what, principal: NatsPrincipal, { door, duration_ms }) => {
    const tenant = principal.tenant === platformScope ? everyTenant : principal.tenant;
    void record(tenant, `session_${what}`, {
      actor: actorOf(principal),
      target: { kind: principal.kind === 'key' ? 'api_key' : 'user', id: principal.id },
      outcome: 'succeeded',
      ...(duration_ms !== undefined && { duration_ms }),
      facts: { door },
    });
  };

  return {
    tally,
    onRefused,
    tellSession,
    /** Tells what was counted and not told. */
    async close(): Promise<void> {
      clearInterval(timer);
      await tell(tally.takeAll());
    },
  };
}
