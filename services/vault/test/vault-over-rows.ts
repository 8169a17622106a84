import { newId, type VaultJob } from '@patchbay/contracts';
import { createSealingSeed } from '@patchbay/messaging';
import { createLocalFileKeyService } from '../src/adapters/local-file-key-service.ts';
import { createNatsConnects } from '../src/adapters/nats-connects.ts';
import { createNatsCredentialStore } from '../src/adapters/nats-credential-store.ts';
import { createNatsJobStore } from '../src/adapters/nats-job-store.ts';
import { createNatsOAuthClients } from '../src/adapters/nats-oauth-clients.ts';
import { createNatsSecretStore } from '../src/adapters/nats-secret-store.ts';
import { createNatsTenantKeyStore } from '../src/adapters/nats-tenant-key-store.ts';
import { createCredentialCipher } from '../src/encryption/credential-cipher.ts';
import { rootKeyService } from '../src/encryption/rooted-key-service.ts';
import { createTenantKeys } from '../src/encryption/tenant-keys.ts';
import { deviceBinding } from '../src/oauth/start-connect.ts';
import { openSecret } from '../src/secrets/open-secret.ts';
import { secretBindingOf } from '../src/secrets/secret-store.ts';
import { memoryRoots } from './memory-roots.ts';
import { storedRows } from './stored-rows.ts';

/** Rows of one kind, and what a vault that just started reads of one: only what counts, so that it can be compared. */
export interface KindOfRow {
  readonly name: string;
  readonly rows: Map<string, Buffer>;
  readonly keys: readonly string[];
  read(key: string): Promise<string>;
  /** Fields that are shown and trusted with nothing: a change of them is no change of what counts. */
  readonly unsealed: readonly string[];
}

const now = () => new Date('2026-11-29T00:00:00.000Z');
const seed = createSealingSeed();
const integrations = ['slack', 'zendesk'];
const tenants = ['acme', 'globex'];
const source = 'src_01JD0000000000000000000000';
const secretIds = ['sec_01JD0000000000000000000000', 'sec_01JD0000000000000000000001'];
const connections = ['con_01JD0000000000000000000000', 'con_01JD0000000000000000000001'];

/** Every kind of sealed row that a vault stores, in several of each, written by the vault's own parts. */
export async function vaultOverRows() {
  const [keys, credentials, clients, connects, jobs] = [1, 2, 3, 4, 5].map(storedRows) as [
    ReturnType<typeof storedRows>,
    ReturnType<typeof storedRows>,
    ReturnType<typeof storedRows>,
    ReturnType<typeof storedRows>,
    ReturnType<typeof storedRows>,
  ];
  const roots = memoryRoots();
  /** A vault's parts that hold nothing in memory yet. */
  const fresh = () => {
    const local = createLocalFileKeyService({ rootKey: Buffer.alloc(32, 1), mode: 'development' });
    const keyService = rootKeyService(local, roots);
    const tenantKeys = createTenantKeys({ keyService, store: createNatsTenantKeyStore(keys.bucket), now });
    const cipher = createCredentialCipher(tenantKeys);
    return {
      tenantKeys,
      cipher,
      credentials: createNatsCredentialStore(credentials.bucket),
      secrets: createNatsSecretStore(credentials.bucket),
      clients: createNatsOAuthClients(clients.bucket, cipher, now),
      connects: createNatsConnects(connects.bucket, seed),
      jobs: createNatsJobStore(jobs.bucket, seed),
    };
  };
  const bindingOf = (tenant: string, connection: string, version: number) => ({
    tenant,
    connection,
    integration: 'slack',
    version,
    variables: { subdomain: 'one' },
  });

  const parts = fresh();
  // Two keys of each tenant, and a record of which is current.
  for (const tenant of tenants) {
    for (const connection of connections)
      for (const version of [1, 2]) {
        if (version === 2) await parts.tenantKeys.advance(tenant, 2);
        const text = Buffer.from(JSON.stringify({ type: 'bearer', token: `${tenant} ${connection} ${version}` }));
        await parts.credentials.create(
          tenant,
          connection,
          await parts.cipher.encrypt(bindingOf(tenant, connection, version), text),
        );
      }
    for (const id of secretIds) {
      const name = { tenant, owner: source, id };
      const text = Buffer.from(JSON.stringify({ value: `${tenant} ${id}` }));
      await parts.secrets.create(name, await parts.cipher.encrypt(secretBindingOf(name), text));
    }
    await parts.connects.create({
      id: `cnx_01JD000000000000000000000${tenants.indexOf(tenant)}`,
      tenant,
      integration: 'slack',
      grant: 'device_code',
      label: '',
      variables: { subdomain: 'one' },
      make_default: false,
      reconnect: null,
      expires_at: now().toISOString(),
      state: 'waiting',
      state_hash: null,
      browser_hash: null,
      device: {
        code: await parts.cipher.encrypt(
          deviceBinding({
            tenant,
            id: `cnx_01JD000000000000000000000${tenants.indexOf(tenant)}`,
            integration: 'slack',
          }),
          Buffer.from(`device code of ${tenant}`),
        ),
        interval_s: 5,
        look_at: 0,
      },
      connection: null,
      reason: null,
    });
    await parts.jobs.put(jobOf(tenant), null);
  }
  for (const scope of ['_platform', ...tenants])
    for (const integration of integrations)
      await parts.clients.set(scope, integration, { client_id: 'app', client_secret: `${scope} ${integration}` });

  const isSecret = (key: string) => key.includes('.secret.');
  const numbered = (key: string) => /\.\d+$/.test(key);
  const kinds: KindOfRow[] = [
    {
      name: 'credential',
      rows: credentials.rows,
      keys: [...credentials.rows.keys()].filter((key) => !isSecret(key)),
      unsealed: [],
      async read(key) {
        const [tenant, connection, version] = key.split('.') as [string, string, string];
        const { credentials: store, cipher } = fresh();
        const stored = await store.get(tenant, connection, Number(version));
        if (stored === null) throw new Error('there is no row');
        return (await cipher.decrypt(bindingOf(tenant, connection, Number(version)), stored)).toString();
      },
    },
    {
      name: 'webhook secret',
      rows: credentials.rows,
      keys: [...credentials.rows.keys()].filter(isSecret),
      unsealed: [],
      async read(key) {
        const [tenant = '', , owner = '', id = ''] = key.split('.');
        const parts = fresh();
        for await (const { rows } of parts.secrets.scan({ tenant, owner }))
          for (const row of rows) if (row.name.id === id) return String(await openSecret(parts, row));
        throw new Error('there is no row');
      },
    },
    {
      name: 'wrapped tenant key',
      rows: keys.rows,
      keys: [...keys.rows.keys()].filter(numbered),
      unsealed: ['key_id', 'created_at'],
      async read(key) {
        const [tenant, version] = key.split('.') as [string, string];
        const { tenantKeys, cipher, credentials: store } = fresh();
        await tenantKeys.forDecryption({ tenant, version: Number(version) });
        // That it is the tenant's own is seen by what it opens.
        const row = await store.get(tenant, connections[0] as string, Number(version));
        if (row === null || tenant === '_platform') return key;
        return (await cipher.decrypt(bindingOf(tenant, connections[0] as string, Number(version)), row)).toString();
      },
    },
    {
      name: 'record of key versions',
      rows: keys.rows,
      keys: [...keys.rows.keys()].filter((key) => key.endsWith('.current')),
      unsealed: [],
      read: async (key) => JSON.stringify(await fresh().tenantKeys.versions(key.slice(0, -'.current'.length))),
    },
    {
      name: 'OAuth client',
      rows: clients.rows,
      keys: [...clients.rows.keys()],
      unsealed: ['info.scope', 'info.integration', 'info.has_secret', 'info.has_private_key', 'info.updated_at'],
      async read(key) {
        const [scope, integration] = key.split('.') as [string, string];
        return JSON.stringify(await fresh().clients.get(scope, integration));
      },
    },
    {
      name: 'connect',
      rows: connects.rows,
      keys: [...connects.rows.keys()],
      unsealed: [],
      async read(key) {
        const [tenant, id] = key.split('.') as [string, string];
        const { connects: store, cipher } = fresh();
        const found = await store.get(tenant, id);
        if (found?.value.device == null) throw new Error('there is no row');
        const code = await cipher.decrypt(deviceBinding(found.value), found.value.device.code);
        return JSON.stringify([found.value.variables, code.toString()]);
      },
    },
    {
      name: 'job',
      rows: jobs.rows,
      keys: [...jobs.rows.keys()],
      unsealed: [],
      read: async (key) => JSON.stringify((await fresh().jobs.get(key))?.job),
    },
  ];
  return { kinds, fresh };
}

function jobOf(tenant: string): VaultJob {
  return {
    id: newId('job'),
    kind: 'rotate_tenant_key',
    tenant,
    state: 'running',
    step: 'begins',
    total: 0,
    done: 0,
    started_at: now().toISOString(),
    updated_at: now().toISOString(),
    finished_at: null,
    instance: 'vault-1',
    takeovers: 0,
    begun_by: 'admin',
    target_version: null,
    target_key: null,
    connection: null,
    keys_destroyed: 0,
    cursor: 0,
    error: null,
  };
}
