import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** `open`: clients that follow; every `slowEvery`th never reads again. */
export interface OpenLive {
  readonly open: {
    readonly url: string;
    readonly keys: readonly string[];
    readonly clients: number;
    readonly slowEvery: number;
  };
}
/** `tell`: what came since the last time. */
export interface LiveTold {
  /** Bytes that each client that reads was sent, at least and at most. */
  readonly leastBytes: number;
  readonly mostBytes: number;
  readonly reading: number;
  readonly slow: number;
  /** Sockets that were closed. */
  readonly closed: number;
  /** At the one client that is looked into: events, messages, and milliseconds from publish to arrival. */
  readonly events: number;
  readonly messages: number;
  readonly latencies: readonly number[];
}

const subscribe = JSON.stringify({ kind: 'subscribe', topic: 'executions' });
const bytes: number[] = [];
const latencies: number[] = [];
let [slow, closed, events, messages] = [0, 0, 0, 0];

/** A client by hand: a thousand of a library's would measure the library. */
async function follow(url: URL, key: string): Promise<Socket> {
  const socket = connect({ port: Number(url.port), host: url.hostname, noDelay: true });
  await once(socket, 'connect');
  socket.write(
    [
      'GET /v1/live HTTP/1.1',
      `Host: ${url.host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Protocol: patchbay.v1',
      `Authorization: Bearer ${key}`,
      '\r\n',
    ].join('\r\n'),
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  if (!head.toString('latin1').startsWith('HTTP/1.1 101'))
    throw new Error(`refused: ${head.toString('latin1', 0, 60)}`);
  // A text frame under a mask of zeros.
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | subscribe.length, 0, 0, 0, 0]), Buffer.from(subscribe)]));
  socket.on('close', () => closed++).on('error', () => {});
  return socket;
}

async function open({ url: at, keys, clients, slowEvery }: OpenLive['open']): Promise<true> {
  const url = new URL(at);
  for (let i = 0; i < clients; i++) {
    const socket = await follow(url, keys[i % keys.length] as string);
    if (i % slowEvery === slowEvery - 1) {
      slow++;
      socket.removeAllListeners('data');
      socket.pause();
      continue;
    }
    const place = bytes.push(0) - 1;
    socket.on('data', (chunk) => {
      bytes[place] = (bytes[place] as number) + chunk.length;
    });
  }
  const one = new WebSocket(new URL('/v1/live', at.replace('http', 'ws')), 'patchbay.v1');
  await once(one, 'open');
  one.send(JSON.stringify({ kind: 'authenticate', key: keys[0] }));
  one.send(subscribe);
  one.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data as string);
    if (message.kind !== 'events') return;
    const now = performance.timeOrigin + performance.now();
    messages++;
    events += message.events.length;
    for (const { event } of message.events) latencies.push(now - Number(event.data.session));
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  return true;
}

function tell(): LiveTold {
  const told = {
    leastBytes: Math.min(...bytes),
    mostBytes: Math.max(...bytes),
    reading: bytes.length,
    slow,
    closed,
    events,
    messages,
    latencies: latencies.splice(0),
  };
  bytes.fill(0);
  [events, messages] = [0, 0];
  return told;
}

process.on('message', async (message: OpenLive | { readonly tell: true }) => {
  try {
    process.send?.({ result: 'open' in message ? await open(message.open) : tell() });
  } catch (error) {
    process.send?.({ error: (error as Error).message });
  }
});
process.send?.({ ready: true });
