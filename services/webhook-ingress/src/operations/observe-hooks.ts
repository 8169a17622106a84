import type { AuditData } from '@patchbay/contracts';
import type { HookCounts } from '../domain/hook-counts.ts';
import type { HookOutcome } from './receive-hook.ts';

/** What happened at one source since it was last recorded. */
interface Tally {
  readonly tenant: string;
  accepted: number;
  duplicates: number;
  first: string | null;
  last: string | null;
  readonly rejected: Map<string, number>;
}

export interface ObserveHooksPorts {
  readonly counts: HookCounts;
  /** Records what happened at a source; nobody waits for it. */
  readonly record: (
    tenant: string,
    type: `dev.patchbay.webhook.${'accepted' | 'rejected'}`,
    source: string,
    data: AuditData,
  ) => void;
}

export interface ObserveHooks {
  observe(outcome: HookOutcome): void;
  /** Records what happened since the last time: each event has its own message in the stream, the audit log has their sum. */
  report(): void;
}

/** Counts requests and events, and tells the audit log of them by source and while: a busy source has thousands a second. */
export function createObserveHooks({ counts, record }: ObserveHooksPorts): ObserveHooks {
  const tallies = new Map<string, Tally>();

  function tallyOf({ id, tenant }: { readonly id: string; readonly tenant: string }): Tally {
    const known = tallies.get(id);
    if (known !== undefined) return known;
    const made: Tally = { tenant, accepted: 0, duplicates: 0, first: null, last: null, rejected: new Map() };
    tallies.set(id, made);
    return made;
  }

  return {
    observe(outcome) {
      counts.count(outcome.kind, outcome.kind === 'rejected' ? outcome.reason : null);
      if ('events' in outcome) {
        counts.events.accepted += outcome.events.length;
        counts.events.duplicate += outcome.duplicates;
        const tally = tallyOf(outcome.source);
        tally.accepted += outcome.events.length;
        tally.duplicates += outcome.duplicates;
        tally.first ??= outcome.events[0] ?? null;
        tally.last = outcome.events.at(-1) ?? tally.last;
      }
      if (outcome.kind === 'rejected') {
        const { rejected } = tallyOf(outcome.source);
        rejected.set(outcome.reason, (rejected.get(outcome.reason) ?? 0) + 1);
      }
    },
    report() {
      for (const [source, { tenant, accepted, duplicates, first, last, rejected }] of tallies) {
        const data = (outcome: 'succeeded' | 'refused', facts: AuditData['facts']): AuditData => ({
          actor: { kind: 'service', id: 'webhook-ingress' },
          target: { kind: 'webhook_source', id: source },
          outcome,
          facts,
        });
        if (accepted + duplicates > 0)
          record(
            tenant,
            'dev.patchbay.webhook.accepted',
            source,
            data('succeeded', { events: accepted, duplicates, first, last }),
          );
        if (rejected.size > 0)
          record(tenant, 'dev.patchbay.webhook.rejected', source, data('refused', Object.fromEntries(rejected)));
      }
      tallies.clear();
    },
  };
}
