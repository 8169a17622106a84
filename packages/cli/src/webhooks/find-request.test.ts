import { type KeptRequest, newId } from '@patchbay/contracts';
import type { WebhooksAdmin } from '@patchbay/sdk';
import { expect, test } from 'vitest';
import { fakeEvents } from './fake-events.test-support.ts';
import { findRequest } from './find-request.ts';

const first = newId('webhookSource');
const second = newId('webhookSource');

function webhooks(kept: Readonly<Record<string, string>> = {}) {
  const events = fakeEvents();
  const looked: string[] = [];
  const over = {
    events,
    sources: { list: async () => [{ id: first }, { id: second }] },
    rejected: {
      list: async (source: string) => {
        looked.push(source);
        return Object.entries(kept).flatMap(([id, at]) => (at === source ? [{ id } as KeptRequest] : []));
      },
      show: async (source: string, id: string) => ({ id, source }),
    },
  };
  return { all: over as unknown as WebhooksAdmin, events, looked };
}

test('a request that was turned away is found at whichever source has it', async () => {
  const id = newId('webhookRequest');
  const { all, looked } = webhooks({ [id]: second });
  expect(await findRequest(all, id, undefined)).toEqual({ kept: { id, source: second }, events: [] });
  expect(looked).toEqual([first, second]);
  expect((await findRequest(all, id, first)).kept).toBeNull();
});

test('a request that became events is found by its time, however many events came then', async () => {
  const { all, events } = webhooks();
  const at = Date.parse('2026-11-20T10:00:00Z');
  const id = newId('webhookRequest', at);
  const request = { id, method: 'POST', url: 'https://x.example/hooks/s', headers: [] };
  const received_at = new Date(at).toISOString();
  events.store({ received_at: '2026-11-20T09:00:00.000Z', request });
  events.store({ received_at, request, index: 1, count: 2 });
  events.store({ received_at, request, index: 0, count: 2 });
  for (let other = 0; other < 3; other++) events.store({ received_at });
  const found = await findRequest(all, id, undefined);
  expect(found.events.map(({ index, request_id }) => [index, request_id])).toEqual([
    [0, id],
    [1, id],
  ]);
  expect(events.asked[0]).toMatchObject({ from: '2026-11-20T09:59:55.000Z', to: '2026-11-20T10:02:00.000Z' });
});
