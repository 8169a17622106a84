import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An upstream that answers when it is told to, and knows whose socket was closed meanwhile. */
export interface HeldUpstream {
  readonly url: string;
  /** Requests that arrived, by path, since the last `reset`. */
  arrived(path: string): number;
  /** Those whose socket the caller closed before an answer. */
  closed(path: string): number;
  /** Answers all that are held. */
  release(): void;
  reset(): void;
  close(): Promise<void>;
}

export async function startHeldUpstream(): Promise<HeldUpstream> {
  const held = new Set<ServerResponse>();
  let arrivals: string[] = [];
  let closes: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url as string;
    request.resume().on('end', () => {
      arrivals.push(path);
      held.add(response);
      response.on('close', () => {
        if (held.delete(response)) closes.push(path);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const count = (of: readonly string[], path: string) => of.filter((one) => one === path).length;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived: (path) => count(arrivals, path),
    closed: (path) => count(closes, path),
    release() {
      for (const response of held) {
        held.delete(response);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
      }
    },
    reset() {
      arrivals = [];
      closes = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
