import type { VaultJob } from '@patchbay/contracts';
import { openFileErasureLedger } from './adapters/file-erasure-ledger.ts';
import type { VaultConfig } from './config.ts';
import type { RootedKeyService } from './encryption/key-service.ts';
import type { TenantKeyStore } from './encryption/tenant-key-store.ts';
import type { TenantKeys } from './encryption/tenant-keys.ts';
import { type Erased, eraseAgain } from './jobs/erase-again.ts';
import type { ErasureLedger, JobStore, JobTimes } from './jobs/ports.ts';
import { type StartJobPorts, startJob } from './jobs/start-job.ts';
import { revokeErased, whatIsBack } from './jobs/what-is-back.ts';
import type { BroadcastRevocation, ConnectionStore, CredentialStore, Report } from './operations/ports.ts';
import { deleteCredentials } from './operations/replace-credential.ts';
import { settleDefault } from './operations/settle-default.ts';

interface Wired {
  readonly tenantKeys: Pick<TenantKeys, 'drop'>;
  readonly keyService: Pick<RootedKeyService, 'destroyRoot'>;
  readonly report: Report;
  /** Gets the tenants that jobs, or the ledger, say are erased. */
  readonly erased: Set<string>;
}

/** What the vault remembers of erasures beside its store: denied from the start, and noted as jobs are heard of. */
export function openErasures(config: VaultConfig, { tenantKeys, keyService, report, erased }: Wired) {
  const ledger = openFileErasureLedger(config.erasuresFile, config.sealingSeed);
  for (const { tenant, connection, genuine } of ledger.notes()) {
    if (connection === null) erased.add(tenant);
    if (!genuine) report('error', 'the list of erasures has a line that no vault wrote', { tenant, connection });
  }
  /** @throws PatchbayError `vault_unavailable`. */
  const note = ({ tenant, connection, started_at: erased_at, id: job }: VaultJob) =>
    ledger.note({ tenant, connection, erased_at, job });
  return {
    ledger,
    /** Notes the erasure that a job is of, before anything is destroyed. */
    note,
    /** The same for a job that is heard of, if it is an erasure: whoever works on it waits for its own note alone. */
    hear(job: VaultJob): void {
      const { kind, tenant, connection } = job;
      if (kind !== 'erase_tenant' && kind !== 'erase_connection') return;
      if (kind === 'erase_tenant' && !erased.has(tenant)) {
        erased.add(tenant);
        tenantKeys.drop(tenant);
        // The vault that works on it does so too; where this one sees a copy of the directory, nobody else would.
        keyService.destroyRoot(tenant).catch((error: unknown) => {
          report('error', "an erased tenant's root could not be destroyed here", { tenant, err: error });
        });
      }
      try {
        note(job);
      } catch (error) {
        report('error', 'an erasure could not be noted apart from the store', { tenant, connection, err: error });
      }
    },
  };
}

export interface ErasingAgainPorts extends StartJobPorts {
  readonly store: JobStore;
  readonly keyService: Pick<RootedKeyService, 'destroyRoot'>;
  readonly keyStore: TenantKeyStore;
  readonly connections: ConnectionStore;
  readonly credentials: CredentialStore;
  readonly broadcastRevocation: BroadcastRevocation;
  readonly report: Report;
  readonly times: JobTimes;
  readonly ledger: ErasureLedger;
}

/** Resolves when nothing of what is noted is lent any more, and no root is left of it, and erases in the background what is in the store again. */
export async function startErasingAgain(ports: ErasingAgainPorts): Promise<{ stop(): Promise<void> }> {
  const erased = erasedOf(ports.ledger);
  for (const { tenant, connections } of erased)
    if (connections.length === 0) await ports.keyService.destroyRoot(tenant);
  await revokeErased(ports, erased);
  const stopping = new AbortController();
  const erasing = eraseAgain(
    { ...ports, erased, backOf: whatIsBack(ports), start: (back) => start(ports, back) },
    stopping.signal,
  );
  return {
    async stop() {
      stopping.abort();
      await erasing;
    },
  };
}

/** By tenant. What no vault wrote destroys nothing. */
function erasedOf(ledger: ErasureLedger): Erased[] {
  const byTenant = new Map<string, string[]>();
  const notes = ledger.notes().filter(({ genuine }) => genuine);
  const whole = new Set(notes.flatMap(({ tenant, connection }) => (connection === null ? [tenant] : [])));
  for (const { tenant, connection } of notes) {
    const ids = byTenant.get(tenant) ?? [];
    if (connection !== null && !whole.has(tenant)) ids.push(connection);
    byTenant.set(tenant, ids);
  }
  return [...byTenant].map(([tenant, connections]) => ({ tenant, connections }));
}

/** One rotation of the tenant's key is enough for all of its connections that are back. */
async function start(ports: ErasingAgainPorts, { tenant, connections }: Erased): Promise<void> {
  for (const id of connections) {
    const found = await ports.connections.get(tenant, id);
    if (found === null) continue;
    await deleteCredentials(ports.credentials, found.value);
    ports.broadcastRevocation({ tenant, connection: id });
    await settleDefault(ports.connections, tenant, found.value.integration, { connection: null, replace: false });
  }
  const [connection = null] = connections;
  const kind = connection === null ? 'erase_tenant' : 'erase_connection';
  await startJob(ports, { tenant, kind, connection, begunBy: 'vault' }, { traceId: null });
}
