import { diffDocuments, digestOf, smallRaise, toolNamesOf } from '@patchbay/catalog';
import {
  buckets,
  type DocumentChange,
  type IntegrationDocument,
  type Issue,
  PatchbayError,
  platformScope,
  type RegisterRequest,
  type RegisterResult,
  type StoredIntegration,
  toolNameOf,
} from '@patchbay/contracts';
import { byPrecedence, type EntryAddress, IntegrationVersions } from '@patchbay/registry-copy';
import { isReservedScope } from '../domain/audit-scope.ts';
import { judgeNames, type NameClaim } from '../domain/name-clashes.ts';
import { refusedDocument, versionTaken } from '../domain/refusals.ts';
import { type AuditPorts, auditedChange, auditRefusal, type ChangeTarget } from './audited-change.ts';
import type { Announce, Caller, DocumentStore, Documents } from './ports.ts';
import { type ReadDocument, readDocument } from './read-document.ts';

export interface RegisterPorts extends AuditPorts {
  readonly documents: Documents;
  readonly store: DocumentStore;
  readonly announce: Announce;
  /** Whether an integration comes with Patchbay: its names may be overridden. */
  readonly isCatalogue: (integration: string) => boolean;
  readonly now: () => Date;
}

/** A document that passed every check, and what registering it would mean. */
interface Candidate {
  readonly stored: StoredIntegration;
  readonly warnings: readonly Issue[];
  /** The version as it stands in the store, if it does. */
  readonly present: StoredIntegration | null;
  /** The version served before, and what this one changes of it. */
  readonly compared: { readonly to: string | null; readonly changes: readonly DocumentChange[] };
}

/** Who keeps the document, where it is not whoever asks: a watched folder takes back what it published. */
export type Origin = NonNullable<StoredIntegration['origin']>;

/** Changes told of one registration: an answer is one message. */
const maxChanges = 500;

/** Room in a stored value for its key and headers. */
const maxStoredBytes = buckets.integrations.maxValueBytes - 4_096;
/** Other writers can come between reading and replacing an entry; more than a few times means something is wrong. */
const maxTries = 5;

/**
 * Registers a version of an integration. The same document again changes nothing; registering a retired version again
 * puts it back in use.
 * @throws PatchbayError `invalid_request` with every issue, `audit_unavailable`, `overloaded`, `outcome_unknown`.
 */
export function registerIntegration(ports: RegisterPorts) {
  return async (request: RegisterRequest, caller: Caller, origin?: Origin): Promise<RegisterResult> => {
    // 1. Read and check the document against everything known here.
    let target: ChangeTarget = { scope: request.scope };
    let candidate: Candidate;
    try {
      candidate = check(
        ports,
        request.scope,
        readDocument(request, ({ integration, version }) => (target = { ...target, id: integration, version })),
        origin,
      );
    } catch (error) {
      if (!request.dry_run) await auditRefusal(ports, target, caller, error);
      throw error;
    }
    const { stored, warnings, present, compared } = candidate;
    const { document } = stored;
    const result = {
      integration: document.id,
      version: document.version,
      tools: toolNamesOf(document),
      compared_to: compared.to,
      changes: [...compared.changes],
    };
    if (request.dry_run) return { ...result, created: present === null, warnings: [...warnings] };

    // 2. Write it between its audit records. The store decides between replicas that register at the same time.
    const address = { scope: stored.scope, integration: document.id, version: document.version };
    const outcome = await auditedChange(
      ports,
      {
        type: 'dev.patchbay.registry.registered',
        scope: stored.scope,
        id: document.id,
        version: document.version,
        facts: { digest: stored.digest, ...(origin !== undefined && { origin }) },
      },
      caller,
      async () => {
        const kept = await keep(ports.store, address, stored);
        // 3. Say so.
        if (kept !== 'unchanged') ports.announce({ ...address, change: 'registered', tools: result.tools });
        return {
          result: kept,
          facts: { created: kept === 'created', reinstated: kept === 'reinstated', tools: result.tools.length },
        };
      },
    );
    const reinstated =
      outcome === 'reinstated'
        ? [{ path: 'version', message: `${document.version} had been retired and is in use again` }]
        : [];
    return { ...result, created: outcome === 'created', warnings: [...warnings, ...reinstated] };
  };
}

function check(ports: RegisterPorts, scope: string, read: ReadDocument, origin: Origin | undefined): Candidate {
  const { document } = read;
  if (isReservedScope(scope))
    throw refusedDocument([
      {
        path: 'scope',
        message: `'${scope}' stands for every tenant and cannot be a scope; leave it out for the platform`,
      },
    ]);
  if (document.mcp?.command !== undefined && scope !== platformScope)
    throw refusedDocument([
      {
        path: 'mcp.command',
        message: 'only documents for every tenant may have a program run: give the url of a server',
      },
    ]);

  const stored: StoredIntegration = {
    scope,
    document,
    registered_at: ports.now().toISOString(),
    retired: false,
    digest: digestOf(document),
    ...(origin !== undefined && { origin }),
  };
  const bytes = Buffer.byteLength(JSON.stringify(stored));
  if (bytes > maxStoredBytes)
    throw refusedDocument([
      {
        path: '',
        message: `the document with its defaults is ${bytes} bytes; at most ${maxStoredBytes} can be stored`,
      },
    ]);

  const versions = ports.documents.integration(scope, document.id) ?? new IntegrationVersions(document.id, []);
  const present = versions.find(document.version)?.stored ?? null;
  if (present !== null && present.digest !== stored.digest)
    throw versionTaken(document.id, document.version, read.locate);

  // Precedence among integrations of one scope is worked out as it will be once this version stands there.
  const after = versions.with(present ?? stored);
  const claims = Object.keys(document.tools).map((key): NameClaim => {
    const name = toolNameOf(document, key);
    const others = ports.documents.offering(scope, name).filter(({ id }) => id !== document.id);
    return {
      name,
      path:
        read.form === 'single_tool'
          ? 'id'
          : document.tools[key]?.name === undefined
            ? `tools.${key}`
            : `tools.${key}.name`,
      order: [...others, after].sort(byPrecedence).map(({ id }) => id),
      platform: scope === platformScope ? null : (ports.documents.offering(platformScope, name)[0]?.id ?? null),
    };
  });
  const { issues, warnings } = judgeNames(document.id, claims, ports.isCatalogue);
  if (issues.length > 0) throw refusedDocument(issues.map(read.locate));
  const compared = compareToServed(ports.documents, scope, document);
  const raise = compared.to === null ? null : smallRaise(compared.to, document.version, compared.changes);
  return {
    stored,
    warnings: [...read.warnings, ...[...warnings, ...(raise === null ? [] : [raise])].map(read.locate)],
    present,
    compared,
  };
}

/** What the document changes of the version that the scope serves of its own, which is not the document itself. */
function compareToServed(documents: Documents, scope: string, document: IntegrationDocument): Candidate['compared'] {
  const served = documents.served(scope, document.id)?.stored;
  if (served === undefined || served.scope !== scope) return { to: null, changes: [] };
  const changes = diffDocuments(served.document, document);
  return { to: served.document.version, changes: changes.slice(0, maxChanges) };
}

async function keep(
  store: DocumentStore,
  address: EntryAddress,
  stored: StoredIntegration,
): Promise<'created' | 'unchanged' | 'reinstated'> {
  for (let tries = 0; tries < maxTries; tries++) {
    if (await store.create(stored)) return 'created';
    const present = await store.read(address);
    if (present === null) continue; // it went between the two
    if (present.stored.digest !== stored.digest) throw versionTaken(address.integration, address.version);
    if (!present.stored.retired) return 'unchanged';
    if (await store.replace({ ...present.stored, retired: false }, present.revision)) return 'reinstated';
  }
  throw new PatchbayError('overloaded', {
    message: `${address.integration} ${address.version} is being changed by others; try again.`,
  });
}
