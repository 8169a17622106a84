import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TakenRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of records on loopback. */
export interface SinkTarget {
  readonly origin: string;
  /** What was answered with 2xx, in order. */
  readonly taken: TakenRequest[];
  /** What the next requests are answered with; default 200. */
  answer: (request: TakenRequest) => number | { readonly status: number; readonly retryAfter: string };
  stop(): Promise<void>;
}

export async function startSinkTarget(): Promise<SinkTarget> {
  const target = { taken: [] as TakenRequest[], answer: (() => 200) as SinkTarget['answer'] };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const got = { headers: request.headers, body: Buffer.concat(parts).toString() };
    const told = target.answer(got);
    const status = typeof told === 'number' ? told : told.status;
    if (typeof told !== 'number') response.setHeader('retry-after', told.retryAfter);
    if (status < 300) target.taken.push(got);
    response.writeHead(status).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return Object.assign(target, {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  });
}
