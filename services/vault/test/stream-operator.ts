import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { NatsFixture } from './nats-fixture.ts';

/** A stream as JetStream backs it up: its configuration, its state, and an archive in chunks. */
export interface StreamBackup {
  readonly config: { readonly name: string };
  readonly state: unknown;
  readonly chunks: readonly Buffer[];
}

export interface StreamOperator {
  /** By `$JS.API.STREAM.SNAPSHOT`, consumers included. */
  backUp(stream: string): Promise<StreamBackup>;
  /** By `$JS.API.STREAM.RESTORE`. */
  restore(backup: StreamBackup): Promise<void>;
  close(): void;
}

/** Bytes of a chunk. */
const chunkBytes = 65_536;

/**
 * An operator's own account, which may do everything: no identity of Patchbay may back streams up. Source of the protocol: JetStream
 * API reference, Snapshot Stream and Restore Stream.
 */
export async function openStreamOperator(nats: NatsFixture): Promise<StreamOperator> {
  const [user, pass] = ['operator', randomUUID()];
  const configFile = join(nats.store, 'nats-server.conf');
  const config = JSON.parse(readFileSync(configFile, 'utf8'));
  config.accounts.PATCHBAY.users.push({ user, password: pass });
  writeFileSync(configFile, JSON.stringify(config), { mode: 0o600 });
  nats.server.kill('SIGHUP');
  const wire = await untilLetIn(nats.server.port, { user, pass });

  async function api(subject: string, body: unknown): Promise<Record<string, unknown>> {
    const { payload } = await wire.request(subject, Buffer.from(JSON.stringify(body)));
    const answer = JSON.parse(payload.toString());
    if (answer.error !== undefined) throw new Error(`${subject}: ${JSON.stringify(answer.error)}`);
    return answer;
  }

  return {
    async backUp(stream) {
      const deliver = `_INBOX.${randomUUID()}`;
      const chunks: Buffer[] = [];
      const ended = Promise.withResolvers<void>();
      wire.subscribe(deliver, ({ payload, reply }) => {
        if (payload.length === 0) return ended.resolve();
        chunks.push(payload);
        if (reply !== '') wire.publish(reply, Buffer.alloc(0));
      });
      const request = { deliver_subject: deliver, chunk_size: chunkBytes, jsck: true };
      const { config, state } = await api(`$JS.API.STREAM.SNAPSHOT.${stream}`, request);
      await inTime(ended.promise, `the end of the backup of ${stream} `);
      return { config: config as StreamBackup['config'], state, chunks };
    },
    async restore({ config, state, chunks }) {
      const { deliver_subject: to } = await api(`$JS.API.STREAM.RESTORE.${config.name}`, { config, state });
      for (const chunk of chunks) await wire.request(String(to), chunk);
      const { payload } = await wire.request(String(to), Buffer.alloc(0));
      const answer = JSON.parse(payload.toString());
      if (answer.error !== undefined) throw new Error(`restoring ${config.name}: ${JSON.stringify(answer.error)}`);
    },
    close: () => wire.close(),
  };
}

/** @throws Error naming what did not come: the server says nothing when it gives a backup up. */
function inTime<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within 20 s: ${what}`)), 20_000);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

interface Message {
  readonly payload: Buffer;
  readonly reply: string;
}

/** The server reads its new configuration a moment later. */
async function untilLetIn(port: number, login: { user: string; pass: string }): Promise<Wire> {
  for (let tries = 0; ; tries++) {
    try {
      return await Wire.open(port, login);
    } catch (error) {
      if (tries === 100) throw error;
      await delay(50);
    }
  }
}

/** As much of the NATS protocol as backups take. */
class Wire {
  readonly #socket: Socket;
  readonly #handlers = new Map<string, (message: Message) => void>();
  #input = Buffer.alloc(0);
  #nextId = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(port: number, login: { user: string; pass: string }): Promise<Wire> {
    const socket = connect({ host: '127.0.0.1', port });
    const wire = new Wire(socket);
    const letIn = Promise.withResolvers<void>();
    socket.on('error', letIn.reject);
    // Without a word, where it was let in by the configuration of before.
    socket.on('close', () => letIn.reject(new Error('the server closed the connection')));
    await Promise.race([once(socket, 'data'), letIn.promise]);
    socket.on('data', (chunk: Buffer) => wire.#read(chunk, letIn));
    socket.write(`CONNECT ${JSON.stringify({ verbose: false, headers: true, ...login })}\r\nPING\r\n`);
    await letIn.promise;
    return wire;
  }

  subscribe(subject: string, handler: (message: Message) => void): void {
    const id = String(this.#nextId++);
    this.#handlers.set(id, handler);
    this.#socket.write(`SUB ${subject} ${id}\r\n`);
  }

  publish(subject: string, payload: Buffer, reply = ''): void {
    this.#socket.write(`PUB ${subject} ${reply} ${payload.length}\r\n`);
    this.#socket.write(payload);
    this.#socket.write('\r\n');
  }

  request(subject: string, payload: Buffer): Promise<Message> {
    const inbox = `_INBOX.${randomUUID()}`;
    const answered = Promise.withResolvers<Message>();
    this.subscribe(inbox, answered.resolve);
    this.publish(subject, payload, inbox);
    return inTime(answered.promise, subject);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer, letIn: { resolve(): void; reject(error: Error): void }): void {
    this.#input = Buffer.concat([this.#input, chunk]);
    for (let end = this.#input.indexOf('\r\n'); end !== -1; end = this.#input.indexOf('\r\n')) {
      const [verb = '', ...parts] = this.#input.subarray(0, end).toString().split(' ');
      const begin = end + 2;
      let next = begin;
      if (verb === 'MSG' || verb === 'HMSG') {
        // MSG <subject> <id> [reply] <bytes>; HMSG has the bytes of its headers before that.
        const bytes = Number(parts.at(-1));
        next = begin + bytes + 2;
        if (this.#input.length < next) return;
        const headerBytes = verb === 'HMSG' ? Number(parts.at(-2)) : 0;
        const numbers = verb === 'HMSG' ? 2 : 1;
        const payload = Buffer.from(this.#input.subarray(begin + headerBytes, begin + bytes));
        this.#handlers.get(parts[1] ?? '')?.({ payload, reply: parts.length > 2 + numbers ? (parts[2] ?? '') : '' });
      }
      this.#input = this.#input.subarray(next);
      if (verb === 'PING') this.#socket.write('PONG\r\n');
      else if (verb === 'PONG') letIn.resolve();
      else if (verb === '-ERR') letIn.reject(new Error(parts.join(' ')));
    }
  }
}
