import { randomBytes } from 'node:crypto';
import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node';
import type { StoredCredential } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { type MemoryTenantKeyStore, memoryTenantKeyStore } from '../../test/memory-tenant-keys.ts';
import { createLocalFileKeyService } from '../adapters/local-file-key-service.ts';
import type { CredentialBinding } from '../operations/ports.ts';
import { createCredentialCipher, maxCredentialBytes } from './credential-cipher.ts';
import { credentialContext } from './credential-context.ts';
import { createTenantKeyring } from './tenant-keyring.ts';
import { createTenantKeys } from './tenant-keys.ts';

const integrity = { code: 'vault_unavailable', retryable: false, reason: 'integrity' };
const canary = 'canary-4f1d8a-secret';
const plaintext = Buffer.from(JSON.stringify({ type: 'bearer', token: canary }));
const rootKey = randomBytes(32);

function open(store: MemoryTenantKeyStore = memoryTenantKeyStore()) {
  const keyService = createLocalFileKeyService({ rootKey: Buffer.from(rootKey), mode: 'development' });
  const keys = createTenantKeys({ keyService, store, now: () => new Date() });
  return { store, keyService, keys, cipher: createCredentialCipher(keys) };
}

const binding = (change: Partial<CredentialBinding> = {}): CredentialBinding => ({
  tenant: 'acme',
  connection: 'con_01JD0000000000000000000000',
  integration: 'slack',
  version: 1,
  variables: { subdomain: 'acme' },
  ...change,
});

/** The tenant's key in clear, for tests that build messages by hand. */
async function rawKey({ store, keyService }: ReturnType<typeof open>): Promise<Uint8Array> {
  const row = store.rows.get('acme.1');
  return new Uint8Array(
    await keyService.unwrap(Buffer.from(row?.wrapped ?? '', 'base64'), { tenant: 'acme', version: 1 }),
  );
}

describe('createCredentialCipher', () => {
  it('decrypts what it encrypted, in another process too', async () => {
    const first = open();
    const stored = await first.cipher.encrypt(binding(), plaintext);
    expect(stored).toEqual({ credential_version: 1, tenant_key_version: 1, message: expect.any(String) });
    expect(await open(first.store).cipher.decrypt(binding(), stored)).toEqual(plaintext);
  });

  it('writes the committing suite without signature', async () => {
    const message = Buffer.from((await open().cipher.encrypt(binding(), plaintext)).message, 'base64');
    expect(message.subarray(0, 3).toString('hex')).toBe('020478');
  });

  it('never writes the same message twice, nor anything of the credential', async () => {
    const { cipher } = open();
    const messages = await Promise.all(
      Array.from({ length: 20 }, async () => (await cipher.encrypt(binding(), plaintext)).message),
    );
    expect(new Set(messages).size).toBe(20);
    for (const message of messages) expect(Buffer.from(message, 'base64').includes(canary)).toBe(false);
  });

  it.each([1, 4_095, 4_096, 4_097, maxCredentialBytes])('carries a credential of %i bytes', async (length) => {
    const { cipher } = open();
    const long = randomBytes(length);
    expect(await cipher.decrypt(binding(), await cipher.encrypt(binding(), long))).toEqual(long);
  });

  it('refuses a ciphertext exchanged between any two rows', async () => {
    const { cipher } = open();
    const rows: { binding: CredentialBinding; stored: StoredCredential }[] = [];
    for (const tenant of ['acme', 'globex']) {
      for (const connection of ['con_01JD0000000000000000000000', 'con_01JD0000000000000000000001']) {
        for (const integration of ['slack', 'zendesk']) {
          for (const version of [1, 2]) {
            for (const variables of [{ subdomain: 'acme' }, { subdomain: 'evil' }]) {
              const row = { tenant, connection, integration, version, variables };
              rows.push({ binding: row, stored: await cipher.encrypt(row, Buffer.from(JSON.stringify(row))) });
            }
          }
        }
      }
    }
    let refused = 0;
    for (const to of rows) {
      for (const from of rows) {
        if (to === from) {
          expect(JSON.parse((await cipher.decrypt(to.binding, from.stored)).toString())).toEqual(to.binding);
          continue;
        }
        // Both as copied and with the clear version number made to fit.
        for (const stored of [from.stored, { ...from.stored, credential_version: to.binding.version }]) {
          expect(await failureOf(cipher.decrypt(to.binding, stored))).toEqual(integrity);
          refused++;
        }
      }
    }
    expect(refused).toBe(2 * 32 * 31);
  });

  it('refuses a credential row rolled back to an older version', async () => {
    const { cipher } = open();
    const old = await cipher.encrypt(binding({ version: 1 }), plaintext);
    expect(await failureOf(cipher.decrypt(binding({ version: 2 }), old))).toEqual(integrity);
    expect(await failureOf(cipher.decrypt(binding({ version: 2 }), { ...old, credential_version: 2 }))).toEqual(
      integrity,
    );
  });

  it('refuses every flipped bit', async () => {
    const { cipher } = open();
    const stored = await cipher.encrypt(binding(), plaintext);
    const message = Buffer.from(stored.message, 'base64');
    for (let bit = 0; bit < message.length * 8; bit++) {
      const changed = Buffer.from(message);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(
        await failureOf(cipher.decrypt(binding(), { ...stored, message: changed.toString('base64') })),
        `bit ${bit}`,
      ).toEqual(integrity);
    }
  });

  it('refuses every truncation and anything appended', async () => {
    const { cipher } = open();
    const stored = await cipher.encrypt(binding(), plaintext);
    const message = Buffer.from(stored.message, 'base64');
    for (let length = 0; length < message.length; length++) {
      expect(
        await failureOf(
          cipher.decrypt(binding(), { ...stored, message: message.subarray(0, length).toString('base64') }),
        ),
        `length ${length}`,
      ).toEqual(integrity);
    }
    for (const more of [Buffer.from([0]), Buffer.from('junk'), message, message.subarray(-100)]) {
      expect(
        await failureOf(
          cipher.decrypt(binding(), { ...stored, message: Buffer.concat([message, more]).toString('base64') }),
        ),
      ).toEqual(integrity);
    }
  });

  it('refuses a tenant key version that does not exist', async () => {
    const { cipher } = open();
    const stored = await cipher.encrypt(binding(), plaintext);
    expect(await failureOf(cipher.decrypt(binding(), { ...stored, tenant_key_version: 2 }))).toEqual(integrity);
  });

  it("refuses a genuine message of another suite or of several frames, made with the tenant's own key", async () => {
    const vault = open();
    const stored = await vault.cipher.encrypt(binding(), plaintext);
    const keyring = createTenantKeyring({ tenant: 'acme', version: 1 }, await rawKey(vault));
    const client = buildClient(CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT);
    const committing = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
    const context = { encryptionContext: credentialContext(binding()) };
    const {
      ALG_AES256_GCM_IV12_TAG16_HKDF_SHA256: uncommitted,
      ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY: committed,
      ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384: signed,
    } = AlgorithmSuiteIdentifier;
    const messages = await Promise.all([
      client.encrypt(keyring, plaintext, { ...context, suiteId: uncommitted }),
      committing.encrypt(keyring, plaintext, { ...context, suiteId: signed }),
      committing.encrypt(keyring, plaintext, { ...context, suiteId: committed, frameLength: 8 }),
      committing.encrypt(keyring, plaintext, {
        suiteId: committed,
        encryptionContext: { ...context.encryptionContext, extra: 'pair' },
      }),
    ]);
    for (const { result } of messages)
      expect(
        await failureOf(vault.cipher.decrypt(binding(), { ...stored, message: result.toString('base64') })),
      ).toEqual(integrity);
  });

  it('can be read by any AWS Encryption SDK that has the tenant key', async () => {
    const vault = open();
    const stored = await vault.cipher.encrypt(binding(), plaintext);
    const keyring = new RawAesKeyringNode({
      keyNamespace: 'patchbay',
      keyName: 'acme/1/',
      unencryptedMasterKey: await rawKey(vault),
      wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
    });
    const opened = await buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT).decrypt(
      keyring,
      Buffer.from(stored.message, 'base64'),
    );
    expect(opened.plaintext).toEqual(plaintext);
    expect({ ...opened.messageHeader.encryptionContext }).toEqual(credentialContext(binding()));
  });

  it('says retryable when only the key service is away', async () => {
    const first = open();
    const stored = await first.cipher.encrypt(binding(), plaintext);
    const away = createTenantKeys({
      keyService: { ...first.keyService, unwrap: async () => Promise.reject(Object.assign(new Error('away'))) },
      store: first.store,
      now: () => new Date(),
    });
    await expect(createCredentialCipher(away).decrypt(binding(), stored)).rejects.toThrow('away');
  });
});
