import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a model's API answers to a request, given its body. */
export type Turn = (body: Record<string, unknown>) => object;

export interface ModelServer {
  readonly url: string;
  /** Bodies of the requests, in order. */
  readonly asked: Record<string, unknown>[];
  /** The turns that the next requests are answered with. One too many is answered with an error. */
  play(...turns: Turn[]): void;
  stop(): void;
}

/** A model's API on this machine: it speaks the vendor's protocol, and its model is a list of turns. */
export async function startModelServer(): Promise<ModelServer> {
  const asked: Record<string, unknown>[] = [];
  let turns: Turn[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    asked.push(body);
    const turn = turns.shift();
    response.statusCode = turn === undefined ? 400 : 200;
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify(turn?.(body) ?? { error: { type: 'invalid_request_error', message: 'no turn is left' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    play(...next) {
      asked.length = 0;
      turns = next;
    },
    stop: () => server.close(),
  };
}
