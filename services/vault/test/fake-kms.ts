import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How the fake answers: as KMS would, with 100 % throttling, with HTTP 500, not at all, by cutting the connection, or without a key. */
export type KmsMood = 'well' | 'throttling' | 'failing' | 'silent' | 'dead' | 'empty';

export interface KmsCall {
  readonly operation: string;
  readonly keyId: string;
  readonly context: Readonly<Record<string, string>>;
  /** Whether the request carried an AWS Signature Version 4. */
  readonly signed: boolean;
}

export interface FakeKms {
  readonly endpoint: string;
  readonly calls: readonly KmsCall[];
  mood: KmsMood;
  /** Milliseconds before each answer. */
  delayMs: number;
  /** Adds another wrapping key that the caller may use. */
  addKey(keyId: string): void;
  /** Adds a replica of a multi-Region key: another ARN, the same key id and material, a state of its own. */
  addReplica(keyId: string, of: string): void;
  setState(keyId: string, state: KeyState): void;
  stop(): Promise<void>;
}

export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion';

interface FakeKey {
  /** What a ciphertext names: shared by the replicas of a key. */
  readonly id: string;
  readonly material: Buffer;
  state: KeyState;
}

type Keys = Map<string, FakeKey>;

interface KmsRequest {
  KeyId?: string;
  KeySpec?: string;
  Plaintext?: string;
  CiphertextBlob?: string;
  EncryptionContext?: Record<string, string>;
  SourceKeyId?: string;
  SourceEncryptionContext?: Record<string, string>;
  DestinationKeyId?: string;
  DestinationEncryptionContext?: Record<string, string>;
}

class KmsRefusal extends Error {
  constructor(type: string) {
    super(type);
    this.name = type;
  }
}

/**
 * A stand-in for AWS KMS that speaks its wire protocol (AWS JSON 1.1: `X-Amz-Target: TrentService.<Operation>`) and keeps
 * its rules: the encryption context must be the same to decrypt, a named key must be the one that encrypted, and a key that
 * is disabled or waits for its deletion does nothing.
 */
export async function startFakeKms(keyId: string): Promise<FakeKms> {
  const keys: Keys = new Map([[keyId, newKey(keyId)]]);
  const calls: KmsCall[] = [];
  const state: { mood: KmsMood; delayMs: number } = { mood: 'well', delayMs: 0 };

  const server = createServer(async (request, response) => {
    const body = JSON.parse(await readText(request)) as KmsRequest;
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
    calls.push({
      operation,
      keyId: body.KeyId ?? body.DestinationKeyId ?? '',
      context: body.EncryptionContext ?? body.DestinationEncryptionContext ?? {},
      signed: /^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? ''),
    });
    if (state.mood === 'silent') return;
    if (state.mood === 'dead') return void request.socket.destroy();
    if (state.mood === 'failing') return answer(response, 500, { __type: 'KMSInternalException', message: 'internal' });
    if (state.mood === 'throttling')
      return answer(response, 400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
    if (state.mood === 'empty') return answer(response, 200, {});
    if (state.delayMs > 0) await delay(state.delayMs);
    try {
      const operate = operations[operation];
      if (operate === undefined) throw new KmsRefusal('UnknownOperationException');
      answer(response, 200, operate(keys, body));
    } catch (error) {
      answer(response, 400, { __type: (error as Error).name, message: 'refused' });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    get mood() {
      return state.mood;
    },
    set mood(mood: KmsMood) {
      state.mood = mood;
    },
    get delayMs() {
      return state.delayMs;
    },
    set delayMs(delayMs: number) {
      state.delayMs = delayMs;
    },
    addKey: (id) => void keys.set(id, newKey(id)),
    addReplica: (id, of) => void keys.set(id, { ...keyOf(keys, of), state: 'Enabled' }),
    setState(id, next) {
      keyOf(keys, id).state = next;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const operations: Readonly<Record<string, (keys: Keys, request: KmsRequest) => object>> = {
  GenerateDataKey(keys, { KeyId = '', KeySpec, EncryptionContext = {} }) {
    if (KeySpec !== 'AES_256') throw new KmsRefusal('ValidationException');
    const plaintext = randomBytes(32);
    const blob = encrypt(usable(keyOf(keys, KeyId)), plaintext, EncryptionContext);
    return { KeyId, Plaintext: plaintext.toString('base64'), CiphertextBlob: blob.toString('base64') };
  },
  Encrypt(keys, { KeyId = '', Plaintext = '', EncryptionContext = {} }) {
    const blob = encrypt(usable(keyOf(keys, KeyId)), Buffer.from(Plaintext, 'base64'), EncryptionContext);
    return { KeyId, CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
  },
  Decrypt(keys, { KeyId, CiphertextBlob = '', EncryptionContext = {} }) {
    const { key, plaintext } = decrypt(keys, KeyId, CiphertextBlob, EncryptionContext);
    return {
      KeyId: KeyId ?? key.id,
      Plaintext: plaintext.toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  },
  ReEncrypt(keys, request) {
    const { SourceKeyId, CiphertextBlob = '', SourceEncryptionContext = {}, DestinationKeyId = '' } = request;
    const destination = usable(keyOf(keys, DestinationKeyId));
    const { key, plaintext } = decrypt(keys, SourceKeyId, CiphertextBlob, SourceEncryptionContext);
    const blob = encrypt(destination, plaintext, request.DestinationEncryptionContext ?? {});
    return { KeyId: DestinationKeyId, SourceKeyId: SourceKeyId ?? key.id, CiphertextBlob: blob.toString('base64') };
  },
  DescribeKey(keys, { KeyId = '' }) {
    const { id, state } = keyOf(keys, KeyId);
    const KeyMetadata = { KeyId: id, Arn: KeyId, KeyState: state, Enabled: state === 'Enabled' };
    return { KeyMetadata: { ...KeyMetadata, KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' } };
  },
  CreateKey(keys) {
    const id = randomUUID();
    keys.set(id, newKey(id));
    return operations.DescribeKey?.(keys, { KeyId: id }) ?? {};
  },
};

function newKey(name: string): FakeKey {
  return { id: /mrk-[0-9a-z]+$/.exec(name)?.[0] ?? name, material: randomBytes(32), state: 'Enabled' };
}

function keyOf(keys: Keys, name: string): FakeKey {
  const key = keys.get(name);
  if (key === undefined) throw new KmsRefusal('NotFoundException');
  return key;
}

function usable(key: FakeKey): FakeKey {
  if (key.state === 'Disabled') throw new KmsRefusal('DisabledException');
  if (key.state === 'PendingDeletion') throw new KmsRefusal('KMSInvalidStateException');
  return key;
}

function encrypt({ id, material }: FakeKey, plaintext: Buffer, context: Readonly<Record<string, string>>): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', material, iv, { authTagLength: 16 }).setAAD(canonical(context));
  const name = Buffer.from(id);
  const body = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([Buffer.from([name.length]), name, iv, ...body]);
}

function decrypt(
  keys: Keys,
  named: string | undefined,
  ciphertext: string,
  context: Readonly<Record<string, string>>,
): { key: FakeKey; plaintext: Buffer } {
  const blob = Buffer.from(ciphertext, 'base64');
  const nameEnd = 1 + (blob[0] ?? 0);
  const madeBy = blob.subarray(1, nameEnd).toString();
  const key = named === undefined ? [...keys.values()].find(({ id }) => id === madeBy) : keyOf(keys, named);
  if (key === undefined) throw new KmsRefusal('InvalidCiphertextException');
  if (key.id !== madeBy) throw new KmsRefusal('IncorrectKeyException');
  usable(key);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.material, blob.subarray(nameEnd, nameEnd + 12), {
      authTagLength: 16,
    });
    decipher.setAAD(canonical(context)).setAuthTag(blob.subarray(-16));
    return { key, plaintext: Buffer.concat([decipher.update(blob.subarray(nameEnd + 12, -16)), decipher.final()]) };
  } catch {
    throw new KmsRefusal('InvalidCiphertextException');
  }
}

function canonical(context: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
