import { openPersonal } from '@patchbay/audit-log';
import {
  type ExportSubjectRequest,
  type ExportSubjectResult,
  maxHeldExecutions,
  type SubjectToken,
} from '@patchbay/contracts';
import { decodeCursor, encodeCursor } from '../../domain/page-cursor.ts';
import type { QueryAuditPorts } from '../query-audit.ts';
import {
  type BlobStore,
  type HeldElsewhere,
  type HeldWebhooks,
  heldMs,
  mostExecutions,
  type SubjectVault,
} from './ports.ts';
import { recordSubjectAct } from './subject-record.ts';

export interface ExportSubjectPorts extends QueryAuditPorts {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly blobs: Pick<BlobStore, 'read' | 'executionsOf'>;
  readonly vault: Pick<SubjectVault, 'find' | 'dataKey'>;
  readonly elsewhere: Pick<HeldElsewhere, 'list'>;
  readonly webhooks: Pick<HeldWebhooks, 'list'>;
}

/** Bytes of events and of what is held in one answer: a message carries 1 MiB. */
const maxAnswerBytes = 800_000;

/**
 * Tells all that is held on a person: their events with what was kept in clear, answers, submissions, approvals and webhooks. Recorded
 * before anything leaves.
 * @throws PatchbayError `invalid_request`, `vault_unavailable`, `audit_unavailable`.
 */
export function createExportSubject(
  ports: ExportSubjectPorts,
): (request: ExportSubjectRequest, context: { traceId: string | null }) => Promise<ExportSubjectResult> {
  return async ({ tenant, subject, cursor, limit }, { traceId }) => {
    const { canonical, token } = await ports.vault.find(tenant, subject);
    const page = await ports.readPage({
      tenant,
      endUser: token,
      limit,
      ...(cursor !== undefined && { after: decodeCursor(cursor) }),
    });
    const personal = await openAll(
      ports,
      tenant,
      token,
      page.entries.map(({ event }) => event.id),
    );
    const held = cursor === undefined ? await listHeld(ports, tenant, canonical, token) : [];

    let bytes = sizeOf(held);
    const events: ExportSubjectResult['events'] = [];
    for (const { event } of page.entries) {
      const one = { event, personal: personal.get(event.id) ?? null };
      bytes += sizeOf(one);
      if (bytes > maxAnswerBytes && events.length > 0) break;
      events.push(one);
    }
    const last = page.entries[events.length - 1];
    const more = page.more || events.length < page.entries.length;
    await recordSubjectAct(
      ports.record,
      { tenant, did: 'exported', target: token, traceId },
      { outcome: 'succeeded', facts: { events: events.length, held: held.length, opened: personal.size } },
    );
    return {
      subject: canonical,
      token,
      events,
      held,
      next_cursor: more && last !== undefined ? encodeCursor(last.position) : null,
    };
  };
}

async function openAll(
  { blobs, vault }: Pick<ExportSubjectPorts, 'blobs' | 'vault'>,
  tenant: string,
  token: SubjectToken,
  eventIds: readonly string[],
): Promise<Map<string, Record<string, unknown>>> {
  const opened = new Map<string, Record<string, unknown>>();
  const stored = await blobs.read(tenant, eventIds);
  if (stored.length === 0) return opened;
  const key = await vault.dataKey(tenant, token);
  if (key === null) return opened;
  for (const blob of stored) {
    const values = blob.key === key.id ? openPersonal(tenant, blob, key, blob.bytes) : null;
    if (values !== null) opened.set(blob.event_id, { ...values });
  }
  key.key.fill(0);
  return opened;
}

async function listHeld(
  { now, blobs, elsewhere, webhooks }: ExportSubjectPorts,
  tenant: string,
  canonical: string,
  token: SubjectToken,
): Promise<ExportSubjectResult['held']> {
  const executions = await blobs.executionsOf(tenant, [token], now() - heldMs, mostExecutions);
  const held: ExportSubjectResult['held'] = [];
  for (const part of partsOf(executions)) held.push(...(await elsewhere.list(tenant, canonical, part)));
  held.push(...(await webhooks.list(tenant, canonical)));
  // What is found by its person, and not by an execution, comes with each part.
  const once = [...new Map(held.map((one) => [`${one.where} ${one.id}`, one])).values()];
  let bytes = 0;
  return once.map((one) => {
    bytes += sizeOf(one);
    return bytes > maxAnswerBytes / 2 ? { ...one, record: null } : one;
  });
}

/** At least one part, as something may be held that no execution leads to. */
export function partsOf(executions: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let at = 0; at === 0 || at < executions.length; at += maxHeldExecutions)
    parts.push(executions.slice(at, at + maxHeldExecutions));
  return parts;
}

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? '');
