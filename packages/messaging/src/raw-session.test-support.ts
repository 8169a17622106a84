import { createConnection } from 'node:net';
import { fromSeed } from '@nats-io/nkeys';
import type { TestServers } from '@patchbay/testkit';

type Sender = 'agent' | 'admin';

/** Longest wait for what the server is to say, in milliseconds. */
const patienceMs = 10_000;

/** Plain NATS protocol, as any client in any language would speak it. The agent is that of tenant `acme`. */
async function rawSession(servers: TestServers, identity: Sender) {
  const url = new URL(servers.natsUrls[0] as string);
  const socket = createConnection({ host: url.hostname, port: Number(url.port) });
  const pair = fromSeed(new TextEncoder().encode(servers.seedOf(identity, identity === 'agent' ? 'acme' : undefined)));
  let said = Buffer.alloc(0);
  const waiters = new Set<() => void>();
  socket.on('data', (data: Buffer) => {
    said = Buffer.concat([said, data]);
    for (const look of waiters) look();
  });
  const until = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const giveUp = setTimeout(() => {
        waiters.delete(look);
        reject(new Error(`no ${pattern} in ${said.toString().slice(-300)}`));
      }, patienceMs);
      function look(): void {
        const match = pattern.exec(said.toString());
        if (match === null) return;
        clearTimeout(giveUp);
        waiters.delete(look);
        resolve(match);
      }
      waiters.add(look);
      look();
    });
  const { nonce } = JSON.parse((await until(/^INFO (.*)\r\n/))[1] as string) as { nonce: string };
  const connect = {
    verbose: false,
    pedantic: false,
    lang: 'test',
    version: '0',
    nkey: pair.getPublicKey(),
    sig: Buffer.from(pair.sign(new TextEncoder().encode(nonce))).toString('base64url'),
    headers: true,
    no_responders: true,
  };
  socket.write(`CONNECT ${JSON.stringify(connect)}\r\nPING\r\n`);
  await until(/PONG/);
  return { socket, until };
}

const publish = (subject: string, reply: string, payload: string) =>
  `PUB ${subject} ${reply} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`;

/** Sends any bytes as a request and returns the JSON that comes to the inbox. */
export async function rawRequest(
  servers: TestServers,
  identity: Sender,
  subject: string,
  payload: string,
  inbox: string,
) {
  const { socket, until } = await rawSession(servers, identity);
  socket.write(`SUB ${inbox} 1\r\n${publish(subject, inbox, payload)}`);
  const [text] = await until(new RegExp(`^H?MSG ${inbox.replaceAll('.', '\\.')} .*\r\n[\\s\\S]*\\}\r\n`, 'm'));
  socket.destroy();
  return JSON.parse(text.slice(text.lastIndexOf('\r\n{') + 2));
}

/** Publishes as tenant `acme`'s agent, with any reply subject; resolves when the server has it. */
export async function rawPublish(servers: TestServers, subject: string, payload: string, reply: string): Promise<void> {
  const { socket, until } = await rawSession(servers, 'agent');
  socket.write(`${publish(subject, reply, payload)}PING\r\n`);
  await until(/PONG[\s\S]*PONG/);
  socket.destroy();
}
