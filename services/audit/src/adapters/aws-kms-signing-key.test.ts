import { createPublicKey, verify } from 'node:crypto';
import { openCheckpoint, signCheckpoint, verifierKey } from '@patchbay/audit-log/proofs';
import { type FakeKms, startFakeKms } from '@patchbay/testkit/kms';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withAwsEnvironment } from '../../test/aws-environment.test-support.ts';
import { openAwsKmsSigningKey } from './aws-kms-signing-key.ts';

const keyId = 'alias/audit-checkpoints';
let kms: FakeKms;
withAwsEnvironment();
beforeAll(async () => {
  kms = await startFakeKms('alias/encrypts');
  kms.addSigningKey(keyId);
});
afterAll(() => kms.stop());

it('signs checkpoints with a key that stays in KMS, asked by its id over signed requests', async () => {
  const key = await openAwsKmsSigningKey({ keyId, endpoint: kms.endpoint });
  const origin = 'patchbay/inst-1/acme';
  const note = await signCheckpoint({ origin, size: 3, root: Buffer.alloc(32, 7), previous: null }, key);
  expect(openCheckpoint(note, [verifierKey(origin, key.publicKey)])?.verdict.ok).toBe(true);
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.publicKey]);
  const message = Buffer.from('anything');
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  expect(verify(null, message, publicKey, await key.sign(message))).toBe(true);
  expect(kms.calls.map(({ operation, keyId: of, signed }) => [operation, of, signed])).toEqual([
    ['GetPublicKey', keyId, true],
    ['Sign', keyId, true],
    ['Sign', keyId, true],
  ]);
  kms.setState(keyId, 'Disabled');
  await expect(key.sign(message)).rejects.toThrow('DisabledException');
  key.close();
});

it('does not open a key that cannot sign', async () => {
  await expect(openAwsKmsSigningKey({ keyId: 'alias/encrypts', endpoint: kms.endpoint })).rejects.toThrow(
    'InvalidKeyUsageException',
  );
  await expect(openAwsKmsSigningKey({ keyId: 'alias/nobody', endpoint: kms.endpoint })).rejects.toThrow(
    'NotFoundException',
  );
});
