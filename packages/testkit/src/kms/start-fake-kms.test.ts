import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  type KMSClientConfig,
  ListKeysCommand,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeKms, startFakeKms } from './start-fake-kms.ts';

const arn = 'arn:aws:kms:eu-west-1:111122223333:key/first';
const context = { tenant: 'acme', purpose: 'test' };
const secret = new Uint8Array(Buffer.from('a secret'));
let kms: FakeKms;
let client: KMSClient;
const clients: KMSClient[] = [];

function open(more: KMSClientConfig = {}): KMSClient {
  const opened = new KMSClient({
    endpoint: kms.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
    ...more,
  });
  clients.push(opened);
  return opened;
}

beforeEach(async () => {
  kms = await startFakeKms(arn);
  client = open();
});

afterEach(async () => {
  for (const each of clients.splice(0)) each.destroy();
  await kms.stop();
});

async function encrypt(KeyId = arn, EncryptionContext: Record<string, string> = context): Promise<Uint8Array> {
  const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext: secret, EncryptionContext }));
  return CiphertextBlob as Uint8Array;
}

/** The exception's name and HTTP status, as the SDK reads them. */
async function refusal(sent: Promise<unknown>): Promise<string> {
  const error = (await sent.then(
    () => ({ name: 'none' }),
    (reason: unknown) => reason,
  )) as { name: string; $metadata?: { httpStatusCode?: number } };
  return `${error.name} ${error.$metadata?.httpStatusCode ?? ''}`.trim();
}

describe('startFakeKms', () => {
  it('encrypts and decrypts, and says under which key', async () => {
    const encrypted = await client.send(
      new EncryptCommand({ KeyId: 'first', Plaintext: secret, EncryptionContext: context }),
    );
    expect(encrypted).toMatchObject({ KeyId: arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    const { CiphertextBlob } = encrypted;
    expect(Buffer.from(CiphertextBlob as Uint8Array).includes('a secret')).toBe(false);
    for (const named of [{}, { KeyId: arn }, { KeyId: 'first' }]) {
      const opened = await client.send(new DecryptCommand({ ...named, CiphertextBlob, EncryptionContext: context }));
      expect(Buffer.from(opened.Plaintext as Uint8Array).toString()).toBe('a secret');
      expect(opened.KeyId).toBe(arn);
    }
  });

  it.each([
    ['another value', { ...context, tenant: 'globex' }],
    ['a pair less', { tenant: 'acme' }],
    ['a pair more', { ...context, more: '1' }],
    ['no context', {}],
  ])('wants the same context: not %s', async (_, other) => {
    const CiphertextBlob = await encrypt();
    const inOtherOrder = { purpose: 'test', tenant: 'acme' };
    expect(await refusal(client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: inOtherOrder })))).toBe(
      'none',
    );
    expect(await refusal(client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: other })))).toBe(
      'InvalidCiphertextException 400',
    );
    expect(
      await refusal(
        client.send(new ReEncryptCommand({ CiphertextBlob, SourceEncryptionContext: other, DestinationKeyId: arn })),
      ),
    ).toBe('InvalidCiphertextException 400');
  });

  it('refuses a ciphertext that was changed, cut, or made elsewhere', async () => {
    const blob = Buffer.from(await encrypt());
    const changed = Buffer.from(blob);
    changed[blob.length - 1] = (blob.at(-1) as number) ^ 1;
    for (const CiphertextBlob of [changed, blob.subarray(0, -1), Buffer.from('nothing of ours')])
      expect(await refusal(client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context })))).toBe(
        'InvalidCiphertextException 400',
      );
  });

  it('generates data keys of 32 and 16 bytes, wrapped for their context', async () => {
    for (const [KeySpec, bytes] of [
      ['AES_256', 32],
      ['AES_128', 16],
    ] as const) {
      const made = await client.send(new GenerateDataKeyCommand({ KeyId: arn, KeySpec, EncryptionContext: context }));
      expect(made.Plaintext).toHaveLength(bytes);
      const opened = await client.send(
        new DecryptCommand({ CiphertextBlob: made.CiphertextBlob, EncryptionContext: context }),
      );
      expect(opened.Plaintext).toEqual(made.Plaintext);
    }
    expect(await refusal(client.send(new GenerateDataKeyCommand({ KeyId: arn })))).toBe('ValidationException 400');
  });

  it('creates a key, describes it, and encrypts under it', async () => {
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    expect(KeyMetadata).toMatchObject({ Enabled: true, KeyState: 'Enabled', KeyUsage: 'ENCRYPT_DECRYPT' });
    const described = await client.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.Arn }));
    expect(described.KeyMetadata).toEqual(KeyMetadata);
    expect(described.KeyMetadata?.CreationDate).toBeInstanceOf(Date);
    const CiphertextBlob = await encrypt(KeyMetadata?.KeyId);
    const opened = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }));
    expect(opened.KeyId).toBe(KeyMetadata?.Arn);
  });

  it('finds a key by an alias', async () => {
    kms.addKey('alias/ours');
    const CiphertextBlob = await encrypt('alias/ours');
    expect(
      await refusal(
        client.send(new DecryptCommand({ KeyId: 'alias/ours', CiphertextBlob, EncryptionContext: context })),
      ),
    ).toBe('none');
  });

  it('re-encrypts under another key and context without showing the plaintext', async () => {
    kms.addKey('second');
    const answer = await client.send(
      new ReEncryptCommand({
        CiphertextBlob: await encrypt(),
        SourceKeyId: arn,
        SourceEncryptionContext: context,
        DestinationKeyId: 'second',
        DestinationEncryptionContext: { tenant: 'globex' },
      }),
    );
    expect(answer).not.toHaveProperty('Plaintext');
    expect(answer.SourceKeyId).toBe(arn);
    const { CiphertextBlob } = answer;
    const EncryptionContext = { tenant: 'globex' };
    const opened = await client.send(new DecryptCommand({ KeyId: 'second', CiphertextBlob, EncryptionContext }));
    expect(Buffer.from(opened.Plaintext as Uint8Array).toString()).toBe('a secret');
    expect(kms.calls.find(({ operation }) => operation === 'ReEncrypt')).toMatchObject({
      keyId: 'second',
      sourceContext: context,
      context: EncryptionContext,
    });
  });

  it('refuses a named key that did not make the ciphertext, and one that does not exist', async () => {
    kms.addKey('second');
    const CiphertextBlob = await encrypt();
    const decrypt = (KeyId: string) =>
      refusal(client.send(new DecryptCommand({ KeyId, CiphertextBlob, EncryptionContext: context })));
    expect(await decrypt('second')).toBe('IncorrectKeyException 400');
    expect(await decrypt('third')).toBe('NotFoundException 400');
    expect(await refusal(client.send(new DescribeKeyCommand({ KeyId: 'third' })))).toBe('NotFoundException 400');
  });

  it.each([
    ['Disabled', 'DisabledException 400'],
    ['PendingDeletion', 'KMSInvalidStateException 400'],
  ] as const)('does nothing with a key that is %s but describe it, until it is enabled again', async (state, said) => {
    const CiphertextBlob = await encrypt();
    kms.addKey('second');
    kms.setState(arn, state);
    const requests = () =>
      Promise.all([
        refusal(client.send(new EncryptCommand({ KeyId: arn, Plaintext: secret }))),
        refusal(client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }))),
        refusal(client.send(new GenerateDataKeyCommand({ KeyId: arn, KeySpec: 'AES_256' }))),
        refusal(
          client.send(
            new ReEncryptCommand({
              CiphertextBlob,
              SourceEncryptionContext: context,
              DestinationKeyId: 'second',
            }),
          ),
        ),
      ]);
    expect(new Set(await requests())).toEqual(new Set([said]));
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: arn }));
    expect(KeyMetadata).toMatchObject({ KeyState: state, Enabled: false });
    kms.setState(arn, 'Enabled');
    expect(new Set(await requests())).toEqual(new Set(['none']));
  });

  it('has one material for the replicas of a key, and a state for each', async () => {
    const [here, there] = ['eu-west-1', 'eu-central-1'].map(
      (region) => `arn:aws:kms:${region}:111122223333:key/mrk-0123`,
    ) as [string, string];
    kms.addKey(here);
    kms.addReplica(there, here);
    const CiphertextBlob = await encrypt(here);
    kms.setState(here, 'Disabled');
    const opened = await client.send(new DecryptCommand({ KeyId: there, CiphertextBlob, EncryptionContext: context }));
    expect(opened.KeyId).toBe(there);
  });

  it.each([
    ['throttling', 'ThrottlingException 400'],
    ['failing', 'KMSInternalException 500'],
  ] as const)('says so while it is %s, and the SDK takes that for worth a retry', async (mood, said) => {
    kms.mood = mood;
    expect(await refusal(encrypt())).toBe(said);
    expect(kms.calls).toHaveLength(1);
    const patient = open({ maxAttempts: 3 });
    expect(await refusal(patient.send(new DescribeKeyCommand({ KeyId: arn })))).toBe(said);
    expect(kms.calls).toHaveLength(4);
    kms.mood = 'well';
    expect(await refusal(encrypt())).toBe('none');
  });

  it('cuts the connection while it is dead, and never answers while it is silent', async () => {
    kms.mood = 'dead';
    expect(await refusal(encrypt())).not.toBe('none');
    kms.mood = 'silent';
    const sent = client.send(new DescribeKeyCommand({ KeyId: arn }), { abortSignal: AbortSignal.timeout(50) });
    expect(await refusal(sent)).toMatch(/^(AbortError|TimeoutError)/);
    expect(kms.calls).toHaveLength(2);
  });

  it('answers late when it is told to, also to say no', async () => {
    kms.delayMs = 60;
    for (const mood of ['well', 'throttling'] as const) {
      kms.mood = mood;
      const began = performance.now();
      await refusal(encrypt());
      expect(performance.now() - began).toBeGreaterThanOrEqual(59);
    }
  });

  it('refuses what nobody signed, what it does not know, and what is too long', async () => {
    const bare = await fetch(kms.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'TrentService.DescribeKey' },
      body: JSON.stringify({ KeyId: arn }),
    });
    expect([bare.status, await bare.json()]).toEqual([
      400,
      expect.objectContaining({ __type: 'MissingAuthenticationTokenException' }),
    ]);
    expect(kms.calls.map(({ signed }) => signed)).toEqual([false]);
    expect(await refusal(client.send(new ListKeysCommand({})))).toBe('UnknownOperationException 400');
    const long = new EncryptCommand({ KeyId: arn, Plaintext: new Uint8Array(4_097) });
    expect(await refusal(client.send(long))).toBe('ValidationException 400');
  });
});
