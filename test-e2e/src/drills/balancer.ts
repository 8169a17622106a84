import { once } from 'node:events';
import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A load balancer as operators put before gateways and ingresses. */
export interface Balancer {
  readonly url: string;
  /** From when its `/readyz` says so, requests go there too. */
  add(port: number): Promise<void>;
  /** Sends it nothing more, and waits until what it has is answered. */
  remove(port: number): Promise<void>;
}

/** Requests in turn to what is ready, each over a connection of its own. */
export async function startBalancer(onEnd: (clean: () => Promise<unknown>) => void): Promise<Balancer> {
  const ready: number[] = [];
  const underWay = new Map<number, number>();
  let turn = 0;
  const server = createServer((incoming, answer) => {
    const port = ready[turn++ % ready.length];
    if (port === undefined) answer.writeHead(503).end();
    else void forward(port, incoming, answer);
  });
  async function forward(port: number, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    underWay.set(port, (underWay.get(port) ?? 0) + 1);
    answer.once('close', () => underWay.set(port, (underWay.get(port) ?? 1) - 1));
    const { method = 'GET', url = '/', headers } = incoming;
    const onward: ClientRequest = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false });
    onward.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(onward);
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async add(port) {
      for (;;) {
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
        if (answer?.status === 200) break;
        await delay(100);
      }
      ready.push(port);
    },
    async remove(port) {
      ready.splice(ready.indexOf(port), 1);
      while ((underWay.get(port) ?? 0) > 0) await delay(10);
    },
  };
}
