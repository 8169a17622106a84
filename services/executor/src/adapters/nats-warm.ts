import { randomUUID } from 'node:crypto';
import { events, type WarmRequest } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

type Warm = (tenant: string, request: WarmRequest, receivedAt: number) => Promise<unknown>;

export interface NatsWarm {
  /** Has the other executors get ready too: any of them may get the calls. Best effort. */
  tellOthers(tenant: string, request: WarmRequest): void;
  /** Gets ready when another executor was asked. */
  follow(warm: Warm, onError: (error: unknown) => void): { unsubscribe(): void };
}

/** Warm-ups between executors. */
export function createNatsWarm(messaging: Messaging): NatsWarm {
  const executor = randomUUID();
  return {
    tellOthers: (tenant, request) => messaging.publishEvent(events.warmBroadcast, {}, { executor, tenant, request }),
    follow: (warm, onError) =>
      messaging.subscribeEvent(events.warmBroadcast, {}, (told) => {
        if (told.executor !== executor) warm(told.tenant, told.request, performance.now()).catch(onError);
      }),
  };
}
