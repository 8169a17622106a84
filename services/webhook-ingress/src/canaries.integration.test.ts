import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import {
  type CaptureProxy,
  canary,
  scanForCanaries,
  startCaptureProxy,
  type TestServers,
  withTestServers,
} from '@patchbay/testkit';
import { loadSchemes } from '@patchbay/webhook-schemes';
import { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { startFakeVault } from '../test/fake-vault.ts';
import { deliver, eventsOf, makeSource, runIngress, sampleFor } from '../test/running-ingress.ts';

interface Tried {
  readonly scheme: string;
  readonly secret: string;
}

/** Schemes whose requests repeat the secret, some whose do not, and one whose handshake brings it. */
const repeating = [...loadSchemes().values()].filter(({ verify }) => verify.some(({ kind }) => kind === 'equality'));
const signing = ['stripe', 'github', 'slack', 'mailgun', 'hubspot', 'svix', 'zoom'];

/** Name of a sample that repeats the secret; of another scheme, of its first. */
function sampleOf(id: string): { readonly sample?: string } {
  const scheme = loadSchemes().get(id);
  const token = scheme?.verify.find(({ kind }) => kind === 'equality')?.name;
  const first = scheme?.verify[0]?.name;
  const found = scheme?.samples.find(({ variant }) => token !== undefined && (variant ?? first) === token);
  return found === undefined ? {} : { sample: found.name };
}

async function everything(servers: TestServers, captures: Record<string, CaptureProxy>, more: Record<string, string>) {
  const redis = new Redis(servers.redisUrl);
  const keys = await redis.keys('*');
  const values = await Promise.all(keys.map((key) => redis.get(key)));
  redis.disconnect();
  return [
    { name: 'redis', bytes: Buffer.from(JSON.stringify([keys, values])) },
    ...Object.entries(more).map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
    ...Object.entries(captures).flatMap(([name, proxy]) =>
      proxy.captured().flatMap(({ toServer, toClient }, at) => [
        { name: `${name} ${at} to server`, bytes: toServer },
        { name: `${name} ${at} to client`, bytes: toClient },
      ]),
    ),
  ];
}

test(
  'no secret is found in logs, answers, streams, buckets, Redis or on the bus, nor near misses of tokens in what is kept',
  () =>
    withTestServers({ tenants: ['acme'], storage: 'file' }, async (servers) => {
      const nats = await startCaptureProxy(Number(new URL(servers.natsUrls[0] ?? '').port), {
        maxBytes: 128 * 1_024 * 1_024,
      });
      await startFakeVault(await servers.connect('vault'));
      const admin: Messaging = await servers.connect('admin', undefined, { servers: [nats.url()] });
      const reader = await servers.connect('webhook-delivery', undefined, { servers: [nats.url()] });
      const ingress = await runIngress(servers, 'ingress-1', { natsUrls: [nats.url()] });
      const tried: Tried[] = [];
      const answers: string[] = [];
      const send = async (sample: Parameters<typeof deliver>[1]) => {
        const answer = await deliver(ingress, sample);
        answers.push(JSON.stringify([...answer.headers]), await answer.text());
        return answer.status;
      };
      try {
        for (const scheme of [...repeating.map(({ id }) => id), ...signing]) {
          const basic = loadSchemes()
            .get(scheme)
            ?.verify.some((one) => one.kind === 'equality' && one.given.from === '{basic}');
          const make = () =>
            basic
              ? `user:${canary()}`
              : scheme === 'svix'
                ? `whsec_${Buffer.from(canary()).toString('base64')}`
                : canary();
          const [right, wrong] = [make(), make()];
          tried.push({ scheme, secret: right }, { scheme, secret: wrong });
          const source = await makeSource(admin, { scheme, secret: right });
          expect([scheme, await send(await sampleFor(source, right, sampleOf(scheme)))]).toEqual([
            scheme,
            expect.toBeOneOf([200, 202, 204]),
          ]);
          // Also with the secret where nobody looks for it.
          const sample = await sampleFor(source, right, sampleOf(scheme));
          if (repeating.some(({ id }) => id === scheme))
            await send({ request: { ...sample.request, headers: [...sample.request.headers, ['x-echo', right]] } });
          expect([scheme, await send(await sampleFor(source, wrong, sampleOf(scheme)))]).toEqual([
            scheme,
            expect.toBeOneOf([400, 401]),
          ]);
          expect((await eventsOf(reader, source)).length).toBeGreaterThan(0);
          await vi.waitFor(async () => {
            const { requests } = await admin.request(routes.listRejected, {}, { tenant: 'acme', source: source.id });
            expect(requests).toHaveLength(1);
            const [kept] = requests;
            await admin.request(
              routes.showRejected,
              {},
              { tenant: 'acme', source: source.id, request: kept?.id ?? '' },
            );
          });
        }
        const brought = canary();
        const asana = await makeSource(admin, { scheme: 'asana' });
        const hand = await fetch(`${ingress.url}/hooks/${asana.id}`, {
          method: 'POST',
          headers: { 'x-hook-secret': brought },
        });
        expect(hand.headers.get('x-hook-secret')).toBe(brought);
        const bin = await makeSource(admin, { mode: 'capture' });
        const toBin = canary();
        await fetch(`${ingress.url}/hooks/${bin.id}?token=${toBin}`, {
          method: 'POST',
          headers: { 'x-api-key': toBin, authorization: `Bearer ${toBin}` },
        });
        await ingress.stop();
        const secrets = [...tried.map(({ secret }) => secret.replace(/^user:|^whsec_/, '')), brought, toBin];
        const hits = await scanForCanaries(
          [
            join(servers.dir, 'nats'),
            ...(await everything(
              servers,
              { nats },
              { log: readFileSync(join(servers.dir, 'ingress-1.log'), 'utf8'), answers: answers.join('\n') },
            )),
          ],
          secrets,
        );
        const told = hits.map(
          ({ source, canary: at, encoding }) => `${tried[at]?.scheme ?? 'asana or bin'}: ${source} (${encoding})`,
        );
        expect(told).toEqual([]);
        expect(nats.missedBytes).toBe(0);
      } finally {
        await ingress.stop();
        await nats.stop();
      }
    }),
  120_000,
);
