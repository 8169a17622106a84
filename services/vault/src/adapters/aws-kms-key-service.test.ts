import { type FakeKms, startFakeKms } from '@patchbay/testkit/kms';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withAwsEnvironment } from '../../test/aws-environment.test-support.ts';
import { failureOf } from '../../test/failure-of.ts';
import type { KeyService } from '../encryption/key-service.ts';
import { createAwsKmsKeyService } from './aws-kms-key-service.ts';

const keyId = 'arn:aws:kms:eu-west-1:111122223333:key/vault';
const name = { tenant: 'acme', version: 1 };
let kms: FakeKms;
let service: KeyService;

withAwsEnvironment();
beforeEach(async () => {
  kms = await startFakeKms(keyId);
  service = createAwsKmsKeyService({ keyId, endpoint: kms.endpoint });
});

afterEach(async () => {
  service.close();
  await kms.stop();
});

describe('createAwsKmsKeyService', () => {
  it('unwraps the key it generated, over signed requests that name key and context', async () => {
    const { key, wrapped } = await service.generateTenantKey(name);
    expect(key).toHaveLength(32);
    expect(Buffer.from(wrapped).includes(Buffer.from(key))).toBe(false);
    expect(Buffer.from(await service.unwrap(wrapped, name))).toEqual(Buffer.from(key));

    const context = { tenant: 'acme', purpose: 'patchbay-tenant-key', key_version: '1' };
    expect(kms.calls).toEqual([
      { operation: 'GenerateDataKey', keyId, context, signed: true },
      { operation: 'Decrypt', keyId, context, signed: true },
    ]);
  });

  it.each([
    ['another tenant', { tenant: 'globex', version: 1 }],
    ['another version', { tenant: 'acme', version: 2 }],
  ])('never unwraps under the context of %s', async (_, other) => {
    const { wrapped } = await service.generateTenantKey(name);
    expect(await failureOf(service.unwrap(wrapped, other))).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'tenant_key',
    });
  });

  it('refuses a key wrapped under another wrapping key that it may use too', async () => {
    kms.addKey('another-key');
    const other = createAwsKmsKeyService({ keyId: 'another-key', endpoint: kms.endpoint });
    const { wrapped } = await other.generateTenantKey(name);
    other.close();
    expect(await failureOf(service.unwrap(wrapped, name))).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'tenant_key',
    });
  });

  it.each(['Disabled', 'PendingDeletion'] as const)(
    'unwraps nothing under a wrapping key that is %s, and does again once it is enabled',
    async (state) => {
      const { key, wrapped } = await service.generateTenantKey(name);
      kms.setState(keyId, state);
      const away = { code: 'vault_unavailable', retryable: true, reason: 'key_service' };
      expect(await failureOf(service.unwrap(wrapped, name))).toEqual(away);
      expect(await failureOf(service.generateTenantKey(name))).toEqual(away);
      kms.setState(keyId, 'Enabled');
      expect(Buffer.from(await service.unwrap(wrapped, name))).toEqual(Buffer.from(key));
    },
  );

  it('says at once when the wrapping key does not exist', async () => {
    const missing = createAwsKmsKeyService({ keyId: 'missing-key', endpoint: kms.endpoint });
    expect(await failureOf(missing.generateTenantKey(name))).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'tenant_key',
    });
    missing.close();
  });

  it.each(['throttling', 'failing', 'dead', 'silent', 'empty'] as const)(
    'answers vault_unavailable after one call when KMS is %s',
    async (mood) => {
      const { wrapped } = await service.generateTenantKey(name);
      kms.mood = mood;
      expect(await failureOf(service.unwrap(wrapped, name))).toEqual({
        code: 'vault_unavailable',
        retryable: true,
        reason: 'key_service',
      });
      expect(kms.calls.filter((call) => call.operation === 'Decrypt')).toHaveLength(1);
    },
  );

  it('does not generate a key out of an empty answer', async () => {
    kms.mood = 'empty';
    expect(await failureOf(service.generateTenantKey(name))).toEqual({
      code: 'vault_unavailable',
      retryable: true,
      reason: 'key_service',
    });
  });

  it('works again as soon as KMS does', async () => {
    const { key, wrapped } = await service.generateTenantKey(name);
    kms.mood = 'throttling';
    await expect(service.unwrap(wrapped, name)).rejects.toThrow('ThrottlingException');
    kms.mood = 'well';
    expect(Buffer.from(await service.unwrap(wrapped, name))).toEqual(Buffer.from(key));
  });
});
