import {
  canonicalJson,
  type EraseSubjectRequest,
  type EraseSubjectResult,
  type ErasureItem,
  type ErasureReceipt,
  PatchbayError,
  toErrorBody,
} from '@patchbay/contracts';
import type { RecordAudit } from '../query-audit.ts';
import { remainingItems } from './erasure-remains.ts';
import { partsOf } from './export-subject.ts';
import {
  type BlobStore,
  type HeldElsewhere,
  type HeldWebhooks,
  heldMs,
  mostExecutions,
  type SubjectVault,
} from './ports.ts';
import { recordSubjectAct } from './subject-record.ts';

export interface EraseSubjectPorts {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly blobs: Omit<BlobStore, 'read'>;
  readonly vault: Pick<SubjectVault, 'find' | 'destroy'>;
  readonly elsewhere: Pick<HeldElsewhere, 'erase'>;
  readonly webhooks: Pick<HeldWebhooks, 'erase'>;
  /** Ids of legal holds that have what these tokens lead to kept. @throws PatchbayError `audit_unavailable`. */
  readonly holdsOn: (tenant: string, tokens: readonly string[]) => Promise<readonly string[]>;
  /** The text as a signed note. */
  readonly sign: (tenant: string, text: string) => Promise<string>;
  readonly record: RecordAudit;
}

/**
 * Erases a person: ends their key and their token, and takes what is kept under them, the most final first. All of it may be done
 * again, by whom it was begun or another, and goes on where it was. Recorded before and after; the receipt names no person.
 * @throws PatchbayError `invalid_request`, `precondition_failed` (a legal hold), `vault_unavailable`, `audit_unavailable`.
 */
export function createEraseSubject(
  ports: EraseSubjectPorts,
): (request: EraseSubjectRequest, context: { traceId: string | null }) => Promise<EraseSubjectResult> {
  return async ({ tenant, subject, reason }, { traceId }) => {
    const { canonical, token, erased } = await ports.vault.find(tenant, subject);
    // Those of before too: an erasure that was cut short left something under one that was ended.
    const tokens = [...erased, token];
    const act = { tenant, did: 'erased', target: token, traceId } as const;
    const holds = await ports.holdsOn(tenant, tokens);
    if (holds.length > 0) {
      await recordSubjectAct(ports.record, act, {
        outcome: 'refused',
        error_code: 'precondition_failed',
        facts: { holds: holds.slice(0, 5).join(' ') },
      });
      throw new PatchbayError('precondition_failed', {
        message: 'A legal hold has it kept. Erase again once the hold is released.',
        details: { holds },
      });
    }
    await recordSubjectAct(ports.record, act, {
      outcome: 'intent',
      ...(reason !== undefined && { facts: { reason } }),
    });
    try {
      const result = await erase(ports, { tenant, canonical, tokens, reason: reason ?? null });
      const { receipt } = result;
      await recordSubjectAct(ports.record, act, {
        outcome: 'succeeded',
        facts: {
          keys_destroyed: receipt.keys_destroyed,
          erased: receipt.items.reduce((sum, item) => sum + item.erased, 0),
          remains: receipt.items.filter(({ remains }) => remains !== null).length,
        },
      });
      return result;
    } catch (error) {
      await recordSubjectAct(ports.record, act, { outcome: 'failed', error_code: toErrorBody(error).code }).catch(
        () => {},
      );
      throw error;
    }
  };
}

const heldWhat: Readonly<Record<string, string>> = {
  submissions: 'submissions that waited to be carried out',
  webhooks: 'events that vendors sent, which name the person',
  webhook_requests: 'whole requests that such events came in',
  deliveries: 'answers of targets to such events',
  webhook_dead_letters: 'answers of targets to such events',
};

/** What is signed, under the log's own name: its first line tells it from a checkpoint. */
export function receiptText(origin: string, receipt: string): string {
  return `${origin}/erasures\n${receipt}\n`;
}

async function erase(
  ports: EraseSubjectPorts,
  {
    tenant,
    canonical,
    tokens,
    reason,
  }: { tenant: string; canonical: string; tokens: readonly string[]; reason: string | null },
): Promise<EraseSubjectResult> {
  // 1. The keys: from here on nothing that was sealed can be read, in whichever copy.
  let keysDestroyed = 0;
  for (const token of tokens) keysDestroyed += (await ports.vault.destroy(tenant, token)).keys_destroyed;
  // 2. What was sealed, in this database.
  const blobs = await ports.blobs.remove(tenant, tokens);
  // 3. What executors keep for repeats and for pick-up.
  const executions = await ports.blobs.executionsOf(tenant, tokens, ports.now() - heldMs, mostExecutions);
  const held = new Map<string, number>();
  const add = (erased: readonly { where: string; records: number }[]) => {
    for (const { where, records } of erased) held.set(where, (held.get(where) ?? 0) + records);
  };
  for (const part of partsOf(executions)) add(await ports.elsewhere.erase(tenant, canonical, part));
  // 4. What vendors sent of them.
  add(await ports.webhooks.erase(tenant, canonical));
  // 5. Say what is left, and why.
  const items: ErasureItem[] = [
    { where: 'vault', what: 'data keys', found: keysDestroyed, erased: keysDestroyed, remains: null },
    { where: 'audit_blobs', what: 'sealed personal values', found: blobs, erased: blobs, remains: null },
    ...[...held].map(([where, erased]) => ({
      where,
      what: heldWhat[where] ?? 'records of executions',
      found: erased,
      erased,
      remains: null,
    })),
    ...remainingItems(await ports.blobs.countEvents(tenant, tokens)),
  ];
  const receipt: ErasureReceipt = {
    format: 'patchbay-erasure-receipt-1',
    tenant,
    tokens: [...tokens],
    erased_at: new Date(ports.now()).toISOString(),
    reason,
    keys_destroyed: keysDestroyed,
    items,
  };
  return { receipt, note: await ports.sign(tenant, canonicalJson(receipt)) };
}
