import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

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
  /** Adds another wrapping key that the caller may use. */
  addKey(keyId: string): void;
  stop(): Promise<void>;
}

interface KmsRequest {
  KeyId?: string;
  KeySpec?: string;
  CiphertextBlob?: string;
  EncryptionContext?: Record<string, string>;
}

class KmsRefusal extends Error {
  constructor(type: string) {
    super(type);
    this.name = type;
  }
}

/**
 * A stand-in for AWS KMS that speaks its wire protocol (AWS JSON 1.1: `X-Amz-Target: TrentService.<Operation>`) and keeps
 * its rules: the encryption context must be the same to decrypt, and a named key must be the one that encrypted.
 */
export async function startFakeKms(keyId: string): Promise<FakeKms> {
  const keys = new Map([[keyId, randomBytes(32)]]);
  const calls: KmsCall[] = [];
  const state: { mood: KmsMood } = { mood: 'well' };

  const server = createServer(async (request, response) => {
    const body = JSON.parse(await readText(request)) as KmsRequest;
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
    calls.push({
      operation,
      keyId: body.KeyId ?? '',
      context: body.EncryptionContext ?? {},
      signed: /^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? ''),
    });
    if (state.mood === 'silent') return;
    if (state.mood === 'dead') return void request.socket.destroy();
    if (state.mood === 'failing') return answer(response, 500, { __type: 'KMSInternalException', message: 'internal' });
    if (state.mood === 'throttling')
      return answer(response, 400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
    if (state.mood === 'empty') return answer(response, 200, {});
    try {
      answer(response, 200, operation === 'GenerateDataKey' ? generateDataKey(keys, body) : decrypt(keys, body));
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
    addKey: (id) => void keys.set(id, randomBytes(32)),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function generateDataKey(
  keys: ReadonlyMap<string, Buffer>,
  { KeyId = '', KeySpec, EncryptionContext = {} }: KmsRequest,
) {
  const wrappingKey = keys.get(KeyId);
  if (wrappingKey === undefined) throw new KmsRefusal('NotFoundException');
  if (KeySpec !== 'AES_256') throw new KmsRefusal('ValidationException');
  const plaintext = randomBytes(32);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', wrappingKey, iv, { authTagLength: 16 }).setAAD(
    canonical(EncryptionContext),
  );
  const blob = Buffer.concat([
    Buffer.from([KeyId.length]),
    Buffer.from(KeyId),
    iv,
    cipher.update(plaintext),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return { KeyId, Plaintext: plaintext.toString('base64'), CiphertextBlob: blob.toString('base64') };
}

function decrypt(
  keys: ReadonlyMap<string, Buffer>,
  { KeyId, CiphertextBlob = '', EncryptionContext = {} }: KmsRequest,
) {
  const blob = Buffer.from(CiphertextBlob, 'base64');
  const nameEnd = 1 + (blob[0] ?? 0);
  const madeBy = blob.subarray(1, nameEnd).toString();
  const wrappingKey = keys.get(madeBy);
  if (wrappingKey === undefined) throw new KmsRefusal('InvalidCiphertextException');
  if (KeyId !== undefined && KeyId !== madeBy) throw new KmsRefusal('IncorrectKeyException');
  try {
    const decipher = createDecipheriv('aes-256-gcm', wrappingKey, blob.subarray(nameEnd, nameEnd + 12), {
      authTagLength: 16,
    });
    decipher.setAAD(canonical(EncryptionContext)).setAuthTag(blob.subarray(-16));
    const plaintext = Buffer.concat([decipher.update(blob.subarray(nameEnd + 12, -16)), decipher.final()]);
    return { KeyId: madeBy, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
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
