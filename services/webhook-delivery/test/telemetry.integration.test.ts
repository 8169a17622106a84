import { events } from '@patchbay/contracts';
import { canary, startOtlpReceiver } from '@patchbay/testkit';
import { expect, test, vi } from 'vitest';
import { startDeliveryStack } from './delivery-stack.test-support.ts';

test('a collector gets spans below the request that an event came in, and counts; nothing of payloads or tenants', async () => {
  const collector = await startOtlpReceiver();
  const stack = await startDeliveryStack();
  try {
    const telemetry = {
      endpoint: collector.url,
      headers: {},
      sampler: 'parentbased_always_on',
      samplerRatio: 1,
      metricIntervalMs: 60_000,
      spanDelayMs: 50,
    } as const;
    const service = await stack.startHere({ telemetry });
    const agent = await stack.servers.connect('agent', 'acme');
    const heard: string[] = [];
    agent.subscribeEvent(events.webhookDelivered, { tenant: 'acme' }, ({ event }) => heard.push(event.id));
    await agent.flush();
    await stack.subscribe({ target: { kind: 'nats' } });
    const secret = canary();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const event = await stack.store(await stack.addSource(), JSON.stringify({ secret }), {
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    });
    await vi.waitFor(() => expect(heard).toEqual([event.id]));
    await service.stop();
    const spans = collector.spans();
    expect(spans).toContainEqual(
      expect.objectContaining({
        service: 'patchbay-webhook-delivery',
        name: 'deliver nats',
        traceId,
        parentSpanId: 'b7ad6b7169203331',
      }),
    );
    expect(spans.map(({ name }) => name)).toContain('process add-subscription');
    const lastOf = (metric: string) => collector.points().find((point) => point.metric === metric)?.value;
    expect(lastOf('patchbay.delivery.begun')).toBe(1);
    expect(lastOf('patchbay.delivery.attempts')).toBe(1);
    expect(collector.raw()).not.toContain(secret);
    expect(collector.raw()).not.toContain('acme');
  } finally {
    await stack.stop();
    await collector.stop();
  }
}, 60_000);
