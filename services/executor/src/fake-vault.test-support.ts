import {
  events,
  type LeasePayload,
  type LeaseRequest,
  newId,
  PatchbayError,
  routes,
  type SealedSecret,
} from '@patchbay/contracts';
import { createSealingKeys, endpoint, type Messaging } from '@patchbay/messaging';
import type { TestServers } from '@patchbay/testkit';

/** What the vault's endpoint does with one question. */
export interface VaultAnswer {
  /** Over the payload that answers the question. */
  readonly payload?: Partial<LeasePayload>;
  readonly ttlMs?: number;
  /** What is sealed instead of the payload. */
  readonly text?: string;
  /** Sealed to this key instead of the asker's. */
  readonly recipient?: string;
}

export interface FakeVault {
  readonly messaging: Messaging;
  readonly asked: LeaseRequest[];
  /** What the tenant's default connection is. */
  readonly connection: string;
  /** Decides each answer; a thrown `PatchbayError` is one. */
  answer: (request: LeaseRequest, number: number) => VaultAnswer | Promise<VaultAnswer>;
  /** Undefined: every connection of the tenant. */
  revoke(connection: string | undefined, tenant?: string): Promise<void>;
  /** What somebody sealed to the vault's key. */
  open(sealed: SealedSecret): unknown;
  stop(): Promise<void>;
}

/** The vault's place on real NATS: its identity, its subject, its sealing; what it answers is the test's to say. */
export async function startFakeVault(servers: TestServers): Promise<FakeVault> {
  const messaging = await servers.connect('vault');
  const keys = createSealingKeys();
  const vault: FakeVault = {
    messaging,
    asked: [],
    connection: newId('connection'),
    answer: () => ({}),
    async revoke(connection, tenant = 'acme') {
      messaging.publishEvent(events.leaseRevoked, {}, { tenant, connection });
      await messaging.flush();
    },
    open: ({ sender, ciphertext }) =>
      JSON.parse(Buffer.from(keys.open(Buffer.from(ciphertext, 'base64'), sender)).toString()),
    stop: () => served.stop(),
  };
  const served = await messaging.serve({ name: 'vault', version: '0.1.0', description: 'test' }, [
    endpoint('get-vault-key', routes.getVaultKey, async () => ({ public_key: keys.publicKey })),
    endpoint('lease-credential', routes.leaseCredential, async (request) => {
      vault.asked.push(request);
      const number = vault.asked.length;
      const { payload, ttlMs = 30_000, text, recipient } = await vault.answer(request, number);
      const lease: LeasePayload = {
        tenant: request.tenant,
        integration: request.integration,
        connection: request.connection ?? vault.connection,
        credential_version: number,
        variables: {},
        credential: { type: 'bearer', token: `token-${number}` },
        ...payload,
      };
      const sealed = keys.seal(Buffer.from(text ?? JSON.stringify(lease)), recipient ?? request.recipient);
      return {
        connection: lease.connection,
        credential_version: lease.credential_version,
        sender: keys.publicKey,
        sealed: Buffer.from(sealed).toString('base64'),
        ttl_ms: ttlMs,
      };
    }),
  ]);
  return vault;
}

/** An answer of the vault that says no. */
export function refuse(code: PatchbayError['code']): never {
  throw new PatchbayError(code);
}
