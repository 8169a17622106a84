import { serversForSuite, startOtlpReceiver } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFakeVault } from '../test/fake-vault.ts';
import { deliver, eventsOf, makeSource, runIngress, sampleFor } from '../test/running-ingress.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'] });

test('what came is traced and counted, without saying whose it is or what is in it', async () => {
  const collector = await startOtlpReceiver();
  try {
    const [admin, reader] = [await servers().connect('admin'), await servers().connect('webhook-delivery')];
    await startFakeVault(await servers().connect('vault'));
    const ingress = await runIngress(servers(), 'ingress-1', {
      telemetry: {
        endpoint: collector.url,
        headers: {},
        sampler: 'always_on',
        samplerRatio: 1,
        metricIntervalMs: 60_000,
        spanDelayMs: 50,
      },
    });
    const secret = 'hush-4f1c7e0b9d4f1c7e0b9d';
    const source = await makeSource(admin, { scheme: 'github', secret });
    const { request } = await sampleFor(source, secret, { body: '{"who":"somebody-in-particular"}' });
    const theirs = '0af7651916cd43dd8448eb211c80319c';
    const traced = {
      ...request,
      headers: [...request.headers, ['traceparent', `00-${theirs}-b7ad6b7169203331-01`] as const],
    };
    expect((await deliver(ingress, { request: traced })).status).toBe(200);
    expect((await deliver(ingress, { request: traced })).status).toBe(200);
    expect((await deliver(ingress, await sampleFor(source, 'another'))).status).toBe(401);
    expect((await fetch(`${ingress.url}/hooks/src_nobody`, { method: 'POST' })).status).toBe(404);
    const [stored] = await eventsOf(reader, source);
    await ingress.stop();
    const spans = collector.spans().filter(({ name }) => name === 'POST /hooks/:source');
    expect(spans.map(({ attributes }) => attributes['http.response.status_code']).sort()).toEqual([200, 200, 401, 404]);
    expect(spans.map(({ traceId }) => stored?.event.traceparent?.includes(traceId))).toContain(true);
    // A trace that a vendor names is nobody's to join.
    expect(collector.raw()).not.toContain(theirs);
    const counted = (metric: string) =>
      Object.fromEntries(
        collector
          .points()
          .filter((point) => point.metric === `patchbay.webhook.${metric}`)
          .map(({ attributes, value, count }) => [Object.values(attributes).join(' '), value ?? count]),
      );
    expect(counted('requests')).toEqual({ accepted: 2, 'rejected signature_wrong': 1, unknown_source: 1 });
    expect(counted('copies')).toEqual({ first: 1, duplicate: 1 });
    expect(counted('duration')).toEqual({ '': 4 });
    expect(counted('claims_shared')).toEqual({ '': 1 });
    for (const told of [secret, source.id, 'acme', 'somebody-in-particular', 'src_nobody'])
      expect(collector.raw()).not.toContain(told);
  } finally {
    await collector.stop();
  }
});
