import { newId } from '@patchbay/contracts';
import { readKeyFile } from '@patchbay/service-kit';
import { openTenantRoots } from '../src/adapters/directory-tenant-roots.ts';
import { createLocalFileKeyService } from '../src/adapters/local-file-key-service.ts';
import { createNatsConnectionStore } from '../src/adapters/nats-connection-store.ts';
import { createNatsCredentialStore } from '../src/adapters/nats-credential-store.ts';
import { createNatsSecretStore } from '../src/adapters/nats-secret-store.ts';
import { createNatsTenantKeyStore } from '../src/adapters/nats-tenant-key-store.ts';
import type { ConnectionRecord } from '../src/domain/connection-record.ts';
import { createCredentialCipher } from '../src/encryption/credential-cipher.ts';
import type { KeyService } from '../src/encryption/key-service.ts';
import { rootKeyService } from '../src/encryption/rooted-key-service.ts';
import { createTenantKeys } from '../src/encryption/tenant-keys.ts';
import { createConnection } from '../src/operations/create-connection.ts';
import { openCredential } from '../src/operations/open-credential.ts';
import type { NatsFixture } from './nats-fixture.ts';

export interface VaultPartsOptions {
  /** How long keys are held. */
  readonly ttlMs?: number;
  /** Left out: the fixture's local key file. The fixture's roots come to it. */
  readonly keyService?: KeyService;
  /** False: as vaults were before there were roots. */
  readonly rooted?: boolean;
}

/** A vault's parts over the real store, without its requests, and deaf to broadcasts. */
export async function openVaultParts(nats: NatsFixture, { ttlMs, keyService, rooted = true }: VaultPartsOptions = {}) {
  const messaging = await nats.connect('vault');
  const keyStore = createNatsTenantKeyStore(await messaging.bucket('tenant_keys'));
  const now = () => new Date();
  const local = () =>
    createLocalFileKeyService({ rootKey: readKeyFile(nats.keys.localKmsKeyFile), mode: 'development' });
  const tenantKeys = createTenantKeys({
    keyService: rooted
      ? rootKeyService(keyService ?? local(), await openTenantRoots(nats.roots))
      : (keyService ?? local()),
    store: keyStore,
    now,
    ...(ttlMs !== undefined && { ttlMs }),
  });
  const ports = {
    connections: createNatsConnectionStore(await messaging.bucket('connections')),
    credentials: createNatsCredentialStore(await messaging.bucket('credentials')),
    secrets: createNatsSecretStore(await messaging.bucket('credentials')),
    cipher: createCredentialCipher(tenantKeys),
    recordAudit: async () => {},
    report: () => {},
    now,
  };
  return {
    ...ports,
    messaging,
    keyStore,
    tenantKeys,
    /** Adds connections, one integration each so that none waits for another's default. */
    add: (tenant: string, tokens: readonly string[]) =>
      inTurns(tokens, 16, (token) =>
        createConnection(
          ports,
          {
            tenant,
            integration: `i${newId('connection').slice(-12).toLowerCase()}`,
            label: '',
            variables: {},
            make_default: false,
          },
          { type: 'bearer', token },
          { traceId: null },
        ),
      ),
    /** Reads a connection's token as a lease does. */
    async tokenOf(tenant: string, id: string): Promise<string> {
      const found = await ports.connections.get(tenant, id);
      const { credential } = await openCredential(ports, (found as { value: ConnectionRecord }).value);
      return credential.type === 'bearer' ? credential.token : '';
    },
  };
}

export type VaultParts = Awaited<ReturnType<typeof openVaultParts>>;

/** `width` at a time. */
export async function inTurns<In, Out>(items: readonly In[], width: number, work: (item: In) => Promise<Out>) {
  const done: Out[] = [];
  for (let at = 0; at < items.length; at += width)
    done.push(...(await Promise.all(items.slice(at, at + width).map(work))));
  return done;
}
