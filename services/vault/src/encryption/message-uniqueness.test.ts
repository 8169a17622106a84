import { describe, expect, it } from 'vitest';
import { memoryTenantKeyStore } from '../../test/memory-tenant-keys.ts';
import { derivedKeys, readMessage, unwrapDataKey } from '../../test/message-reference.ts';
import { createLocalFileKeyService } from '../adapters/local-file-key-service.ts';
import { createCredentialCipher } from './credential-cipher.ts';
import { createTenantKeys } from './tenant-keys.ts';

/** Messages of the run: some seconds' work. 1,000,000 before a release. */
const number = Number(process.env.PATCHBAY_TEST_MESSAGES ?? 10_000);
const name = { tenant: 'acme', version: 1 };
const binding = {
  tenant: 'acme',
  connection: 'con_01JD0000000000000000000000',
  integration: 'slack',
  version: 1,
  variables: {},
};
const plaintext = Buffer.from('{"type":"bearer","token":"t"}');

describe('messages of one tenant', () => {
  it('never share a key and IV, and each has a data key of its own', { timeout: 120_000 + number }, async () => {
    const store = memoryTenantKeyStore();
    const keyService = createLocalFileKeyService({ rootKey: Buffer.alloc(32, 1), mode: 'development' });
    const cipher = createCredentialCipher(createTenantKeys({ keyService, store, now: () => new Date() }));
    await cipher.encrypt(binding, plaintext);
    const row = await store.get(name);
    const tenantKey = Buffer.from(await keyService.unwrap(Buffer.from(row?.wrapped ?? '', 'base64'), name));

    // Under the tenant key: the IVs that data keys are wrapped with. Under a message's own key: one header, one body.
    const wrappingIvs = new Set<string>();
    const dataKeys = new Set<string>();
    const messageIds = new Set<string>();
    const bodyKeys = new Set<string>();
    const bodyIv = Buffer.from('000000000000000000000001', 'hex');
    let framesByTheBook = 0;
    for (let made = 0; made < number; made += 100) {
      const some = await Promise.all(Array.from({ length: 100 }, () => cipher.encrypt(binding, plaintext)));
      for (const { message } of some) {
        const parts = readMessage(Buffer.from(message, 'base64'));
        const dataKey = unwrapDataKey(parts, tenantKey);
        wrappingIvs.add(parts.wrappingIv.toString('latin1'));
        dataKeys.add(dataKey.toString('latin1'));
        messageIds.add(parts.messageId.toString('latin1'));
        bodyKeys.add(derivedKeys(dataKey, parts.messageId).key.toString('latin1'));
        // The header's IV is zero and the only frame's is one.
        if (parts.bodyIv.equals(bodyIv)) framesByTheBook++;
      }
    }
    expect(framesByTheBook).toBe(number);
    expect([wrappingIvs.size, dataKeys.size, messageIds.size, bodyKeys.size]).toEqual(Array(4).fill(number));
  });
});
