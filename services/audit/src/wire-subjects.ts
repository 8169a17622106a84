import { formatNote, type SigningKey, signText } from '@patchbay/audit-log/proofs';
import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint, type Messaging } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { AuditDatabase } from './adapters/audit-database.ts';
import { createNatsHeldElsewhere, createNatsHeldWebhooks, createNatsSubjectVault } from './adapters/nats-subjects.ts';
import { createPostgresBlobs } from './adapters/postgres-blobs.ts';
import type { QueryAuditPorts } from './operations/query-audit.ts';
import { createEraseSubject, type EraseSubjectPorts, receiptText } from './operations/subjects/erase-subject.ts';
import { createExportSubject } from './operations/subjects/export-subject.ts';
import { createRevealEvent } from './operations/subjects/reveal-event.ts';

export interface SubjectParts extends QueryAuditPorts, Pick<EraseSubjectPorts, 'holdsOn'> {
  readonly database: AuditDatabase;
  readonly messaging: Messaging;
  readonly now: () => number;
  /** The key of the logs' checkpoints, and the name that a tenant's log has. */
  readonly signing: { readonly key: SigningKey; readonly originOf: (tenant: string) => Promise<string> };
}

/** What the audit service answers about persons. */
export function subjectEndpoints(parts: SubjectParts): AnyEndpoint[] {
  const { signing } = parts;
  const ports = {
    ...parts,
    blobs: createPostgresBlobs(parts.database),
    vault: createNatsSubjectVault(parts.messaging),
    elsewhere: createNatsHeldElsewhere(parts.messaging),
    webhooks: createNatsHeldWebhooks(parts.messaging),
    async sign(tenant: string, receipt: string) {
      const name = await signing.originOf(tenant);
      const text = receiptText(name, receipt);
      return formatNote({ text, signatures: [await signText(text, name, signing.key)] });
    },
  };
  const revealEvent = createRevealEvent(ports);
  const exportSubject = createExportSubject(ports);
  const eraseSubject = createEraseSubject(ports);
  return [
    endpoint('revealEvent', routes.revealEvent, (request, { traceparent }) =>
      revealEvent(request, { traceId: traceIdOf(traceparent) }),
    ),
    endpoint('exportSubject', routes.exportSubject, (request, { traceparent }) =>
      exportSubject(request, { traceId: traceIdOf(traceparent) }),
    ),
    endpoint('eraseSubject', routes.eraseSubject, (request, { traceparent }) =>
      eraseSubject(request, { traceId: traceIdOf(traceparent) }),
    ),
  ];
}
