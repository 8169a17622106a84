import { createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A message as it came, for tests that must say things to the server which no library would. */
export interface RawMessage {
  readonly subject: string;
  readonly reply: string | null;
  readonly payload: string;
}

/** The NATS protocol over a bare socket, with an NKey. Nothing is checked before it is sent. */
export class RawNatsClient {
  readonly messages: RawMessage[] = [];
  /** What the server refused, as its own words (`-ERR '…'`). */
  readonly errors: string[] = [];
  readonly #socket: Socket;
  #input = Buffer.alloc(0);
  #pongs: (() => void)[] = [];
  readonly #closed: Promise<unknown>;
  #nextId = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
  }

  /** @throws Error with the server's words when it does not let the identity in. */
  static async connect(port: number, seed: string | null): Promise<RawNatsClient> {
    const socket = connect({ host: '127.0.0.1', port });
    const [info] = (await once(socket, 'data')) as [Buffer];
    const { nonce } = JSON.parse(info.toString().slice(5));
    const client = new RawNatsClient(socket);
    socket.on('data', (chunk: Buffer) => client.#read(chunk));
    socket.on('error', () => {});
    const identity = seed === null ? {} : { nkey: publicKeyText(seed), sig: signature(seed, nonce) };
    const options = {
      verbose: false,
      pedantic: false,
      headers: true,
      no_responders: true,
      lang: 'test',
      version: '0',
      protocol: 1,
      ...identity,
    };
    socket.write(`CONNECT ${JSON.stringify(options)}\r\n`);
    await client.flush();
    if (client.errors.length > 0) throw new Error(client.errors.join());
    return client;
  }

  publish(subject: string, payload = '', reply = ''): void {
    this.#socket.write(
      `PUB ${subject} ${reply === '' ? '' : `${reply} `}${Buffer.byteLength(payload)}\r\n${payload}\r\n`,
    );
  }

  /** Sends a line of the protocol as it stands. */
  send(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  subscribe(subject: string, queue = ''): void {
    this.#socket.write(`SUB ${subject} ${queue === '' ? '' : `${queue} `}${this.#nextId++}\r\n`);
  }

  /** Resolves when the server has handled all that was sent, or has closed the connection. */
  async flush(): Promise<void> {
    await Promise.race([
      this.#closed,
      new Promise<void>((resolve) => {
        this.#pongs.push(resolve);
        this.#socket.write('PING\r\n');
      }),
    ]);
  }

  /** Sends a request and returns its answer's payload. */
  async request(subject: string, payload: string, inbox: string): Promise<string> {
    const reply = `${inbox}.${this.#nextId}`;
    this.subscribe(reply);
    this.publish(subject, payload, reply);
    for (;;) {
      await this.flush();
      const answer = this.messages.find((message) => message.subject === reply);
      if (answer !== undefined) return answer.payload;
      if (this.errors.length > 0) throw new Error(this.errors.join());
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#input = Buffer.concat([this.#input, chunk]);
    for (let end = this.#input.indexOf('\r\n'); end !== -1; end = this.#input.indexOf('\r\n')) {
      const line = this.#input.subarray(0, end).toString();
      const after = end + 2;
      const [verb, ...parts] = line.split(' ');
      if (verb === 'MSG' || verb === 'HMSG') {
        const size = Number(parts.at(-1));
        if (this.#input.length < after + size + 2) return;
        const headerSize = verb === 'HMSG' ? Number(parts.at(-2)) : 0;
        const replyAt = verb === 'HMSG' ? parts.length === 5 : parts.length === 4;
        this.messages.push({
          subject: parts[0] as string,
          reply: replyAt ? (parts[2] as string) : null,
          payload: this.#input.subarray(after + headerSize, after + size).toString(),
        });
        this.#input = this.#input.subarray(after + size + 2);
        continue;
      }
      this.#input = this.#input.subarray(after);
      if (verb === 'PONG') this.#pongs.shift()?.();
      else if (verb === 'PING') this.#socket.write('PONG\r\n');
      else if (verb === '-ERR') this.errors.push(line.slice(5));
    }
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(text: string): Buffer {
  let bits = 0;
  let value = 0;
  const bytes: number[] = [];
  for (const character of text) {
    value = (value << 5) | alphabet.indexOf(character);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >>> bits) & 255);
    value &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}

function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((group) => alphabet[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

/** A seed is two bytes of prefix, 32 of Ed25519 seed and two of CRC-16, in base 32 (NATS NKeys). */
function privateKeyOf(seed: string) {
  const der = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    base32(seed.trim()).subarray(2, 34),
  ]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function signature(seed: string, nonce: string): string {
  return sign(null, Buffer.from(nonce), privateKeyOf(seed)).toString('base64url');
}

function publicKeyText(seed: string): string {
  const jwk = privateKeyOf(seed).export({ format: 'jwk' });
  const body = Buffer.concat([Buffer.from([20 << 3]), Buffer.from(jwk.x as string, 'base64url')]);
  return toBase32(Buffer.concat([body, crc16(body)]));
}

/** CRC-16/XMODEM, little endian. */
function crc16(bytes: Buffer): Buffer {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return Buffer.from([crc & 255, crc >>> 8]);
}
