import type { Admin } from '@patchbay/sdk';
import { readControls } from './controls.ts';

/** One file of the bundle. A part that could not be asked says why; the others are gathered all the same. */
export interface EvidenceFile {
  readonly name: string;
  readonly says: string;
  readonly content: unknown;
  readonly error: string | null;
}

export interface EvidencePeriod {
  readonly from: string;
  readonly to: string;
}

/** Events of one class that a bundle holds at the most; more are counted and named as left out. */
const maxEvents = 10_000;
const pageRows = 1_000;
/** What an access review reads. */
const reviewed = ['gateway', 'connection', 'registry'] as const;

/** What a running installation can show of a period, for one tenant. Asking is itself recorded. */
export async function gatherEvidence(
  admin: Admin,
  period: EvidencePeriod,
  onFile: (name: string) => void = () => {},
): Promise<EvidenceFile[]> {
  const files: EvidenceFile[] = [];
  const gather = async (name: string, says: string, work: () => unknown): Promise<void> => {
    onFile(name);
    try {
      files.push({ name, says, content: await work(), error: null });
    } catch (error) {
      files.push({ name, says, content: null, error: error instanceof Error ? error.message : 'unknown failure' });
    }
  };
  await gather('controls.json', 'controls, what answers them, and the tests that hold them', () => readControls());
  await gather('tenants.json', 'tenants of the installation', () => admin.tenants.list());
  await gather('keys.json', "the tenant's API keys: roles, scopes, ends, last use; no secret", () => admin.keys.list());
  await gather('connections.json', 'which vendors are connected, without credentials', () => admin.listConnections());
  await gather('policies.json', 'the policies in force', () => admin.policies.list());
  await gather('privacy-policy.json', 'what becomes of personal data', () => admin.privacy.show());
  for (const auditClass of reviewed)
    await gather(`changes-${auditClass}.json`, `changes and accesses recorded in class ${auditClass}`, () =>
      eventsOf(admin, auditClass, period),
    );
  await gather('unknown-executions.json', 'executions of which nobody knows whether they had their effect', () =>
    admin.listUnknown(),
  );
  await gather('verification.json', 'the log held against the MACs of its producers and its tree', () =>
    verified(admin, period),
  );
  await gather('checkpoints.json', 'the signed checkpoints, newest first', () =>
    admin.auditLog.checkpoints({ limit: 100 }),
  );
  await gather('checkpoint-key.json', 'the key that signs them', () => admin.auditLog.key());
  return files;
}

async function eventsOf(admin: Admin, auditClass: (typeof reviewed)[number], { from, to }: EvidencePeriod) {
  const events: unknown[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Admin['queryAudit']>> = await admin.queryAudit({
      class: auditClass,
      from,
      to,
      limit: pageRows,
      ...(cursor !== null && { cursor }),
    });
    events.push(...page.events);
    cursor = page.next_cursor;
  } while (cursor !== null && events.length < maxEvents);
  return { events, more: cursor !== null };
}

/** The whole period, page by page. */
async function verified(admin: Admin, { from }: EvidencePeriod) {
  const sum = { messages: 0, events: 0, pending: 0, problem_count: 0, problems: [] as unknown[] };
  let after: number | null = null;
  for (;;) {
    const page: Awaited<ReturnType<Admin['verifyAudit']>> = await admin.verifyAudit(
      after === null ? { from } : { after },
    );
    sum.messages += page.messages;
    sum.events += page.events;
    sum.pending += page.pending;
    sum.problem_count += page.problem_count;
    sum.problems.push(...page.problems);
    if (page.next === null) return { ...sum, last: page };
    after = page.next;
  }
}
