import { createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** The NATS client protocol with nothing between it and the socket: what a client in any language sends. */
export interface PlainClient {
  request(subject: string, message: unknown): Promise<Record<string, unknown>>;
  /** The same with a payload as it stands, JSON or not. */
  requestRaw(subject: string, payload: string): Promise<Record<string, unknown>>;
  close(): void;
}

/** PKCS #8 around a raw Ed25519 seed (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Connects with the NKey seed in a file. */
export async function connectPlain(url: string, seedFile: string, inboxPrefix: string): Promise<PlainClient> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const reader = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  const waiting = new Map<string, (message: Record<string, unknown>) => void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const info = Promise.withResolvers<{ nonce: string }>();
  const ready = Promise.withResolvers<void>();
  let inbox: string | null = null;
  reader.on('line', (line) => {
    if (inbox !== null) {
      // Answers of services are one line of JSON.
      waiting.get(inbox)?.(JSON.parse(line.slice(line.indexOf('{'))) as Record<string, unknown>);
      inbox = null;
    } else if (line.startsWith('INFO ')) info.resolve(JSON.parse(line.slice(5)) as { nonce: string });
    else if (line.startsWith('MSG ')) inbox = line.split(' ')[1] ?? null;
    else if (line === 'PING') socket.write('PONG\r\n');
    else if (line === 'PONG') ready.resolve();
    else if (line.startsWith('-ERR')) failed.reject(new Error(line));
  });
  socket.once('error', failed.reject);
  // It tells of the same once more, and what nobody hears ends the process.
  reader.on('error', failed.reject);
  const { nonce } = await Promise.race([info.promise, failed.promise]);
  await login(socket, nonce, readFileSync(seedFile, 'utf8').trim());
  socket.write(`SUB ${inboxPrefix}.> 1\r\nPING\r\n`);
  await Promise.race([ready.promise, failed.promise]);
  let number = 0;
  const requestRaw: PlainClient['requestRaw'] = (subject, payload) => {
    const reply = `${inboxPrefix}.${++number}`;
    const answer = new Promise<Record<string, unknown>>((resolve) => waiting.set(reply, resolve));
    socket.write(`PUB ${subject} ${reply} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`);
    return Promise.race([answer, failed.promise]);
  };
  return {
    request: (subject, message) => requestRaw(subject, JSON.stringify(message)),
    requestRaw,
    close: () => socket.destroy(),
  };
}

async function login(socket: Socket, nonce: string, seed: string): Promise<void> {
  // An encoded seed is two bytes of kinds, the 32 bytes, and a checksum of two.
  const raw = base32(seed).subarray(2, 34);
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, raw]), format: 'der', type: 'pkcs8' });
  const sig = sign(null, Buffer.from(nonce), key).toString('base64url');
  const { publicKeyOf } = await import('@patchbay/messaging');
  const options = {
    nkey: publicKeyOf(seed),
    sig,
    verbose: false,
    pedantic: false,
    lang: 'plain',
    version: '1',
    protocol: 1,
  };
  if (!socket.write(`CONNECT ${JSON.stringify(options)}\r\n`)) await once(socket, 'drain');
}

/** RFC 4648, without padding. */
function base32(text: string): Buffer {
  const bits = [...text]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
