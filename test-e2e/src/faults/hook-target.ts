import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeliveredEvent } from '@patchbay/contracts';

/** A target of deliveries that does each thing once: a `webhook-id` that it has seen has no second effect. */
export interface HookTarget {
  readonly url: string;
  /** Effects by the vendor's id of the event: one for each `webhook-id` that came with it. */
  readonly effects: ReadonlyMap<string, number>;
  /** Deliveries that came, repeated ones included. */
  readonly received: () => number;
  stop(): Promise<void>;
}

export async function startHookTarget(): Promise<HookTarget> {
  const effects = new Map<string, number>();
  const seen = new Set<string>();
  let received = 0;
  const server = createServer(async (request, answer) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const webhookId = request.headers['webhook-id'];
    if (typeof webhookId !== 'string' || request.headers['webhook-signature'] === undefined) {
      answer.writeHead(400).end();
      return;
    }
    received++;
    if (!seen.has(webhookId)) {
      seen.add(webhookId);
      const { event } = JSON.parse(Buffer.concat(pieces).toString()) as DeliveredEvent;
      effects.set(event.vendor_id as string, (effects.get(event.vendor_id as string) ?? 0) + 1);
    }
    answer.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    effects,
    received: () => received,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
