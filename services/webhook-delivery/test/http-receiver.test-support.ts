import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A POST that came to an HTTP target. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly at: number;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface Receiver {
  readonly origin: string;
  readonly received: readonly Received[];
  /** What came to a path. */
  at(path: string): Received[];
  /** How a path answers, from now on. Null: never. Default: 204. */
  answer(path: string, how: Answer | null | ((request: Received) => Answer | null | Promise<Answer | null>)): void;
  stop(): Promise<void>;
}

/** A real HTTP server that plays the targets of subscriptions, each at a path of its own. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers = new Map<string, (request: Received) => Answer | null | Promise<Answer | null>>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // its sender ended meanwhile
    }
    const one = {
      path: (request.url ?? '').split('?')[0] as string,
      headers: request.headers,
      body: Buffer.concat(chunks),
      at: Date.now(),
    };
    received.push(one);
    const answer = (await answers.get(one.path)?.(one)) ?? (answers.has(one.path) ? null : { status: 204 });
    if (answer === null) return;
    response.writeHead(answer.status, answer.headers ?? {});
    response.end(answer.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    at: (path) => received.filter((one) => one.path === path),
    answer: (path, how) => void answers.set(path, typeof how === 'function' ? how : () => how),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
