import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hookPath, type ServiceName } from '@patchbay/contracts';
import { connectHttp } from '@patchbay/sdk/http';
import { startHookTarget } from '../faults/hook-target.ts';
import { sendAsVendor } from '../faults/hook-vendor.ts';
import { startBalancer } from './balancer.ts';
import type { Drill } from './drill.ts';
import { fleetOf } from './fleet.ts';
import { install, publishTools, scratch, startOrder, startUpstream } from './installation.ts';
import { endings, judgeEffects, startLoad, succeeded } from './load.ts';
import { missingOf, recordsOf, untilNone } from './records.ts';

const tools = 'upgraded';
/** What needs others of its kind to answer while it is replaced. */
const twice: readonly ServiceName[] = ['registry', 'vault', 'webhook-ingress', 'webhook-delivery', 'gateway'];
const secret = 'whsec_canary_9d1f0c3a7b5e4f22a8c6d4b2e0f1a3c5';
const deadlineMs = 15_000;

/** Every process of every service is replaced, one by one, as an upgrade does, while calls, webhooks and questions go on. */
export async function upgradeDrill(drill: Drill): Promise<void> {
  const upstream = await startUpstream(drill);
  const target = await startHookTarget();
  drill.onEnd(() => target.stop());
  const installation = await drill.step('start an installation', () =>
    install(drill, join(scratch(drill), 'state'), upstream, {
      variables: { 'webhook-delivery': { PATCHBAY_EGRESS_TRUSTED_ORIGINS: target.url } },
    }),
  );
  const { admin, agent } = installation;
  const balancers = {
    gateway: await startBalancer(drill.onEnd),
    'webhook-ingress': await startBalancer(drill.onEnd),
  };
  const fleet = await fleetOf(installation, balancers);
  await drill.step('two of each service, but the audit service', () => Promise.all(twice.map(fleet.add)));
  await publishTools(installation, upstream, tools);
  await admin.tenants.create('acme');
  const key = await admin.keys.create({ name: 'drill', role: 'agent' });
  const web = await connectHttp({ url: balancers.gateway.url, apiKey: key.secret });
  const source = await admin.webhooks.sources.add({ scheme: 'stripe', name: 'drill', secret });
  await admin.webhooks.subscriptions.add({
    source: source.id,
    types: ['invoice.*'],
    target: { kind: 'http', url: `${target.url}/deliveries` },
  });

  const overNats = startLoad({ agent, tools, workers: 4, deadlineMs, gapMs: 40 });
  const overHttp = startLoad({ agent: web, tools, workers: 2, deadlineMs, gapMs: 80, from: 1_000_000 });
  const asking = { go: true, asked: 0, failed: [] as string[] };
  const questions = (async () => {
    while (asking.go) {
      // The registry and the vault answer these; nothing of theirs is held by who asks.
      for (const ask of [() => agent.tools.search(tools), () => admin.listConnections(tools)]) {
        asking.asked++;
        await ask().catch((error: Error) => asking.failed.push(error.message));
      }
      await delay(100);
    }
  })();
  const hooks = { go: true, sent: 0, turnedAway: 0 };
  const vendor = (async () => {
    while (hooks.go) {
      const load = {
        urls: [`${balancers['webhook-ingress'].url}${hookPath(source.id)}`],
        secret,
        events: 5,
        perSecond: 10,
      };
      const events = await sendAsVendor({ ...load, prefix: `evt_${hooks.sent}`, twice: 0, random: Math.random });
      hooks.sent += events.length;
      hooks.turnedAway += events.reduce((sum, one) => sum + one.turnedAway, 0);
    }
  })();
  await Promise.all([overNats.until(60), overHttp.until(20)]);

  let replaced = 0;
  for (const service of startOrder)
    replaced += await drill.step(`replace every ${service}`, () => fleet.replace(service));
  await delay(1_000);
  asking.go = hooks.go = false;
  const [natsCalls, httpCalls] = await Promise.all([overNats.end(), overHttp.end()]);
  await Promise.all([questions, vendor]);

  drill.figure('processes replaced', replaced);
  for (const [way, calls] of [
    ['NATS', natsCalls],
    ['REST', httpCalls],
  ] as const) {
    drill.figure(`calls over ${way}`, endings(calls));
    drill.equals(`failed calls over ${way}`, calls.filter((call) => !succeeded(call)).length, 0);
  }
  drill.figure('questions to registry and vault', asking.asked);
  drill.equals('failed questions', asking.failed.length, 0);
  if (asking.failed.length > 0) drill.figure('the first that failed', asking.failed[0] as string);
  drill.figure('webhooks sent', hooks.sent);
  drill.equals('webhooks turned away', hooks.turnedAway, 0);
  const all = [...natsCalls, ...httpCalls];
  const judged = judgeEffects(all, await upstream.sandbox.effects({ tool: `${tools}_book` }));
  drill.equals('calls with two effects', judged.doubled, 0);
  drill.equals('calls that succeeded without an effect', judged.lost, 0);
  await drill.step('wait for audit events and deliveries', async () => {
    const missing = () =>
      recordsOf(admin, tools).then((records) => {
        const { intents, outcomes } = missingOf(all.filter(succeeded), records);
        return intents + outcomes;
      });
    drill.equals('audit events missing', await untilNone(missing, 90), 0);
    drill.equals('webhooks not delivered', await untilNone(async () => hooks.sent - target.effects.size, 60), 0);
  });
  await installation.stop();
}
