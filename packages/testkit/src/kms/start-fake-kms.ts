import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type EncryptionContext, FakeKeys, type KeyState, KmsRefusal } from './fake-keys.ts';
import { type KmsRequest, kmsOperations } from './kms-operations.ts';

/** How the fake answers: as KMS would, with 100 % throttling, with HTTP 500, not at all, by cutting the connection, or with nothing in it. */
export type KmsMood = 'well' | 'throttling' | 'failing' | 'silent' | 'dead' | 'empty';

export interface KmsCall {
  readonly operation: string;
  /** Of ReEncrypt, the destination. */
  readonly keyId: string;
  readonly context: EncryptionContext;
  /** Of ReEncrypt, what the ciphertext was bound to before. */
  readonly sourceContext?: EncryptionContext;
  /** Whether the request carried an AWS Signature Version 4. It is not verified. */
  readonly signed: boolean;
}

export interface FakeKms {
  readonly endpoint: string;
  readonly calls: readonly KmsCall[];
  mood: KmsMood;
  /** Milliseconds before each answer, good or bad. */
  delayMs: number;
  /** Adds another wrapping key that the caller may use: an id, an ARN or an alias. */
  addKey(keyId: string): void;
  /** Adds a key that signs (Ed25519). */
  addSigningKey(keyId: string): void;
  /** Adds a replica of a multi-Region key: another ARN, the same key id and material, a state of its own. */
  addReplica(arn: string, of: string): void;
  setState(keyId: string, state: KeyState): void;
  stop(): Promise<void>;
}

/**
 * A stand-in for AWS KMS that speaks its wire protocol (AWS JSON 1.1: `X-Amz-Target: TrentService.<Operation>`) and keeps
 * its rules: the encryption context must be the same to decrypt, a named key must be the one that encrypted, a key that is
 * disabled or waits for its deletion does nothing, and an unsigned request is none. Keys live as long as it does.
 * @param keyId the first wrapping key: an id, an ARN or an alias.
 */
export async function startFakeKms(keyId: string): Promise<FakeKms> {
  const keys = new FakeKeys();
  keys.add(keyId);
  const calls: KmsCall[] = [];
  const state: { mood: KmsMood; delayMs: number } = { mood: 'well', delayMs: 0 };

  const server = createServer(async (request, response) => {
    const body = JSON.parse(await readText(request)) as KmsRequest;
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
    const call = callOf(operation, body, request);
    calls.push(call);
    const { mood, delayMs } = state;
    if (mood === 'silent') return;
    if (mood === 'dead') return void request.socket.destroy();
    if (delayMs > 0) await delay(delayMs);
    if (mood === 'failing') return refuse(response, 500, 'KMSInternalException');
    if (mood === 'throttling') return refuse(response, 400, 'ThrottlingException');
    if (mood === 'empty') return answer(response, 200, {});
    if (!call.signed) return refuse(response, 400, 'MissingAuthenticationTokenException');
    try {
      const operate = kmsOperations[operation];
      if (operate === undefined) throw new KmsRefusal('UnknownOperationException');
      answer(response, 200, operate(keys, body));
    } catch (error) {
      if (error instanceof KmsRefusal) refuse(response, 400, error.name);
      else refuse(response, 500, 'KMSInternalException');
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
    addKey: (id) => void keys.add(id),
    addSigningKey: (id) => void keys.addSigning(id),
    addReplica: (arn, of) => keys.addReplica(arn, of),
    setState(id, next) {
      keys.find(id).state = next;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function callOf(operation: string, body: KmsRequest, request: IncomingMessage): KmsCall {
  return {
    operation,
    keyId: body.KeyId ?? body.DestinationKeyId ?? '',
    context: body.EncryptionContext ?? body.DestinationEncryptionContext ?? {},
    ...(body.SourceEncryptionContext !== undefined && { sourceContext: body.SourceEncryptionContext }),
    signed: /^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? ''),
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The name alone: KMS's own texts differ, and nobody may lean on them. */
function refuse(response: ServerResponse, status: number, type: string): void {
  answer(response, status, { __type: type, message: type });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
