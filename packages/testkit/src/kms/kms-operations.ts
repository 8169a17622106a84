import { randomBytes } from 'node:crypto';
import { type EncryptionContext, type FakeKey, type FakeKeys, KmsRefusal } from './fake-keys.ts';

/** The fields of requests that the operations read; bytes are base64. */
export interface KmsRequest {
  readonly KeyId?: string;
  readonly KeySpec?: string;
  readonly NumberOfBytes?: number;
  readonly Plaintext?: string;
  readonly CiphertextBlob?: string;
  readonly EncryptionContext?: EncryptionContext;
  readonly Message?: string;
  readonly MessageType?: string;
  readonly SigningAlgorithm?: string;
  readonly SourceKeyId?: string;
  readonly SourceEncryptionContext?: EncryptionContext;
  readonly DestinationKeyId?: string;
  readonly DestinationEncryptionContext?: EncryptionContext;
}

const dataKeyBytes: Readonly<Record<string, number>> = { AES_256: 32, AES_128: 16 };
/** Encrypt takes no more. */
const maxPlaintextBytes = 4_096;
/** Sign takes no longer message. */
const maxMessageBytes = 4_096;
const algorithm = 'SYMMETRIC_DEFAULT';
const signingAlgorithm = 'ED25519_SHA_512';

/** What each operation answers, by the name in `X-Amz-Target`. A refusal is thrown. */
export const kmsOperations: Readonly<Record<string, (keys: FakeKeys, request: KmsRequest) => object>> = {
  CreateKey: (keys, { KeySpec = algorithm }) => {
    if (KeySpec !== algorithm) throw new KmsRefusal('UnsupportedOperationException');
    return { KeyMetadata: metadataOf(keys.add()) };
  },
  DescribeKey: (keys, { KeyId }) => ({ KeyMetadata: metadataOf(keys.find(given(KeyId))) }),
  GenerateDataKey(keys, { KeyId, KeySpec, NumberOfBytes, EncryptionContext = {} }) {
    if ((KeySpec === undefined) === (NumberOfBytes === undefined)) throw new KmsRefusal('ValidationException');
    const bytes = NumberOfBytes ?? dataKeyBytes[KeySpec ?? ''] ?? 0;
    if (!(bytes >= 1 && bytes <= 1_024)) throw new KmsRefusal('ValidationException');
    const plaintext = randomBytes(bytes);
    const { key, blob } = keys.encrypt(given(KeyId), plaintext, EncryptionContext);
    return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), CiphertextBlob: blob.toString('base64') };
  },
  Encrypt(keys, { KeyId, Plaintext, EncryptionContext = {} }) {
    const plaintext = Buffer.from(given(Plaintext), 'base64');
    if (plaintext.length > maxPlaintextBytes) throw new KmsRefusal('ValidationException');
    const { key, blob } = keys.encrypt(given(KeyId), plaintext, EncryptionContext);
    return { KeyId: key.arn, CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: algorithm };
  },
  Decrypt(keys, { KeyId, CiphertextBlob, EncryptionContext = {} }) {
    const blob = Buffer.from(given(CiphertextBlob), 'base64');
    const { key, plaintext } = keys.decrypt(KeyId, blob, EncryptionContext);
    return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: algorithm };
  },
  GetPublicKey(keys, { KeyId }) {
    const { key, der } = keys.publicKey(given(KeyId));
    return {
      KeyId: key.arn,
      PublicKey: der.toString('base64'),
      KeySpec: 'ECC_NIST_EDWARDS25519',
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: [signingAlgorithm],
    };
  },
  Sign(keys, { KeyId, Message, MessageType = 'RAW', SigningAlgorithm }) {
    const message = Buffer.from(given(Message), 'base64');
    if (message.length > maxMessageBytes || MessageType !== 'RAW' || SigningAlgorithm !== signingAlgorithm)
      throw new KmsRefusal('ValidationException');
    const { key, signature } = keys.sign(given(KeyId), message);
    return { KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm: signingAlgorithm };
  },
  ReEncrypt(keys, request) {
    const { SourceKeyId, SourceEncryptionContext = {}, DestinationEncryptionContext = {} } = request;
    const blob = Buffer.from(given(request.CiphertextBlob), 'base64');
    const source = keys.decrypt(SourceKeyId, blob, SourceEncryptionContext);
    const made = keys.encrypt(given(request.DestinationKeyId), source.plaintext, DestinationEncryptionContext);
    return {
      KeyId: made.key.arn,
      SourceKeyId: source.key.arn,
      CiphertextBlob: made.blob.toString('base64'),
      SourceEncryptionAlgorithm: algorithm,
      DestinationEncryptionAlgorithm: algorithm,
    };
  },
};

function given(field: string | undefined): string {
  if (field === undefined || field === '') throw new KmsRefusal('ValidationException');
  return field;
}

function metadataOf({ id, arn, state, createdAt }: FakeKey): object {
  return {
    KeyId: id,
    Arn: arn,
    KeyState: state,
    Enabled: state === 'Enabled',
    CreationDate: createdAt.getTime() / 1_000,
    KeySpec: algorithm,
    KeyUsage: 'ENCRYPT_DECRYPT',
    EncryptionAlgorithms: [algorithm],
    MultiRegion: id.startsWith('mrk-'),
  };
}
