import { randomBytes } from 'node:crypto';
import { type Credential, PatchbayError, type StoredCredential } from '@patchbay/contracts';
import { createSealingKeys, createSealingSeed, type SealingKeys } from '@patchbay/messaging';
import { createLocalFileKeyService } from '../src/adapters/local-file-key-service.ts';
import { createXkeySealer } from '../src/adapters/xkey-sealer.ts';
import type { ConnectionRecord } from '../src/domain/connection-record.ts';
import { createCredentialCipher, maxCredentialBytes } from '../src/encryption/credential-cipher.ts';
import type { KeyService } from '../src/encryption/key-service.ts';
import { createTenantKeys } from '../src/encryption/tenant-keys.ts';
import { addConnection } from '../src/operations/add-connection.ts';
import { leaseCredential } from '../src/operations/lease-credential.ts';
import { listConnections } from '../src/operations/list-connections.ts';
import type {
  AuditEntry,
  ConnectionStore,
  CredentialCipher,
  CredentialStore,
  Report,
} from '../src/operations/ports.ts';
import { removeConnection } from '../src/operations/remove-connection.ts';
import { memoryTenantKeyStore } from './memory-tenant-keys.ts';

export const caller = { traceId: '0af7651916cd43dd8448eb211c80319c' };

/** Connections in memory, with revisions as the bucket has them. */
export function memoryConnections() {
  const rows = new Map<string, { value: unknown; revision: number }>();
  let revision = 0;
  const write = (key: string, value: unknown) =>
    void rows.set(key, { value: structuredClone(value), revision: ++revision });
  const read = <Value>(key: string) =>
    structuredClone(rows.get(key) ?? null) as { value: Value; revision: number } | null;
  const store: ConnectionStore = {
    get: async (tenant, id) => read<ConnectionRecord>(`${tenant}.${id}`),
    create: async (record) => write(`${record.tenant}.${record.id}`, record),
    async replace(record, expected) {
      if (rows.get(`${record.tenant}.${record.id}`)?.revision !== expected) return false;
      write(`${record.tenant}.${record.id}`, record);
      return true;
    },
    async list(tenant) {
      const own = [...rows].filter(([key]) => key.startsWith(`${tenant}.`));
      const isDefault = ([key]: [string, unknown]) => key.split('.')[1] === 'default';
      return {
        connections: own
          .filter((row) => !isDefault(row))
          .map(([, { value }]) => structuredClone(value) as ConnectionRecord),
        defaults: new Map(
          own
            .filter(isDefault)
            .flatMap(([key, { value }]) => (value === null ? [] : [[key.split('.')[2] as string, value as string]])),
        ),
      };
    },
    scan() {
      throw new Error('only jobs go through a store');
    },
    async getDefault(tenant, integration) {
      const found = read<string | null>(`${tenant}.default.${integration}`);
      return { connection: found?.value ?? null, revision: found?.revision ?? null };
    },
    async setDefault(tenant, integration, connection, expected) {
      if ((rows.get(`${tenant}.default.${integration}`)?.revision ?? null) !== expected) return false;
      write(`${tenant}.default.${integration}`, connection);
      return true;
    },
  };
  return { rows, store };
}

/** Every encryption is another text, so the text tells one revision of a row from the next. */
function revisionOf({ message }: StoredCredential): number {
  return Buffer.from(message, 'base64').readUInt32BE(3);
}

function memoryCredentials() {
  const rows = new Map<string, StoredCredential>();
  const keyOf = (tenant: string, connection: string, version: number) => `${tenant}.${connection}.${version}`;
  const store: CredentialStore = {
    get: async (...row) => structuredClone(rows.get(keyOf(...row)) ?? null),
    async create(tenant, connection, stored) {
      const key = keyOf(tenant, connection, stored.credential_version);
      if (rows.has(key)) return false;
      rows.set(key, structuredClone(stored));
      return true;
    },
    delete: async (...row) => void rows.delete(keyOf(...row)),
    async read(...row) {
      const value = rows.get(keyOf(...row));
      return value === undefined ? null : { value: structuredClone(value), revision: revisionOf(value) };
    },
    async replace(tenant, connection, stored, revision) {
      const key = keyOf(tenant, connection, stored.credential_version);
      const present = rows.get(key);
      if (present === undefined || revisionOf(present) !== revision) return false;
      rows.set(key, structuredClone(stored));
      return true;
    },
    scan() {
      throw new Error('only jobs go through a store');
    },
  };
  return { rows, store };
}

export interface MemoryVaultOptions {
  /** Default: one with a local key of its own. */
  readonly keyService?: KeyService;
}

/** The vault's operations over memory, with its real encryption and sealing. */
export function memoryVault(options: MemoryVaultOptions = {}) {
  const connections = memoryConnections();
  const credentials = memoryCredentials();
  const clock = { now: new Date('2026-01-02T03:04:05.000Z') };
  const now = () => clock.now;
  const keyService = options.keyService ?? createLocalFileKeyService({ rootKey: randomBytes(32), mode: 'development' });
  const cipher = createCredentialCipher(createTenantKeys({ keyService, store: memoryTenantKeyStore(), now }));
  const decryptions = { count: 0 };
  const counting: CredentialCipher = {
    ...cipher,
    decrypt(binding, stored) {
      decryptions.count++;
      return cipher.decrypt(binding, stored);
    },
  };
  const sealer = createXkeySealer(createSealingSeed());
  const audit: { entries: AuditEntry[]; down: boolean } = { entries: [], down: false };
  const recordAudit = async (entry: AuditEntry) => {
    if (audit.down) throw new PatchbayError('audit_unavailable');
    audit.entries.push(entry);
  };
  const reports: { level: string; message: string; facts: Readonly<Record<string, unknown>> }[] = [];
  const report: Report = (level, message, facts) => void reports.push({ level, message, facts });
  const revoked: { tenant: string; connection?: string | undefined }[] = [];
  const ports = {
    connections: connections.store,
    credentials: credentials.store,
    cipher: counting,
    sealer,
    recordAudit,
    report,
    now,
    maxCredentialBytes,
    refresh: async (record: ConnectionRecord) => record,
    revokeUpstream: async () => 'not_supported',
    broadcastRevocation: (event: { tenant: string; connection?: string | undefined }) => void revoked.push(event),
  };
  return {
    ports,
    connections,
    credentials,
    clock,
    audit,
    reports,
    revoked,
    decryptions,
    sealer,
    add: addConnection(ports),
    list: listConnections(ports),
    remove: removeConnection(ports),
    lease: leaseCredential(ports),
  };
}

const admin = createSealingKeys();

/** A credential as an administrator sends it: sealed to the vault. */
export function sealCredential(credential: unknown, vaultKey: string, sender: SealingKeys = admin) {
  const ciphertext = Buffer.from(sender.seal(Buffer.from(JSON.stringify(credential)), vaultKey)).toString('base64');
  return { sender: sender.publicKey, ciphertext };
}

/** A request to add a connection of `acme` to Slack, with changes. */
export function addRequest(
  vaultKey: string,
  credential: unknown = { type: 'bearer', token: 'xoxb-secret-canary' } satisfies Credential,
  change: object = {},
) {
  return {
    tenant: 'acme',
    integration: 'slack',
    label: 'Front desk',
    variables: {},
    make_default: false,
    sealed_credential: sealCredential(credential, vaultKey),
    ...change,
  };
}
