import { readFileSync } from 'node:fs';
import {
  callOfMix,
  HttpClient,
  type LoadReport,
  type MakeCall,
  type MixedTool,
  mcpCaller,
  natsCaller,
  restCaller,
  runLoad,
  webhookSender,
} from '@patchbay/load';
import { connect } from '@patchbay/sdk';
import { loadSchemes, type WebhookScheme } from '@patchbay/webhook-schemes';
import { hookSecret } from './hook-work.ts';
import type { Bench } from './start-bench.ts';
import { requestArguments } from './work.ts';

/** Share of the calls that come each way. */
const shares = { nats: 0.7, rest: 0.1, mcp: 0.05, webhooks: 0.15 } as const;
export type SoakWay = keyof typeof shares;

const scheme = 'stripe';
const deadlineMs = 10_000;

/** Loads of every kind at once, three reads for each write with a key of its own, and webhooks that go to a subscription. */
export async function soak(
  bench: Bench,
  terms: { readonly perSecond: number; readonly seconds: number; readonly signal: AbortSignal },
): Promise<Record<SoakWay, LoadReport>> {
  const { facts } = bench.patchbay;
  const agent = await connect({
    servers: facts.nats_url,
    tenant: facts.tenant,
    credentials: facts.agent_credentials,
  });
  const apiKey = readFileSync(facts.operator_key, 'utf8').trim();
  const hook = await bench.asAdmin(async ({ webhooks }) => {
    const source = await webhooks.sources.add({ scheme, secret: hookSecret, name: 'soak' });
    await webhooks.subscriptions.add({
      name: 'soak',
      source: source.id,
      target: { kind: 'nats', subject_name: 'soak' },
    });
    return source.url as string;
  });
  const stopListening = agent.onDelivered(() => {}, 'soak');
  const mix: readonly MixedTool[] = [
    { tool: 'bench_lookup', arguments: requestArguments, weight: 3 },
    { tool: 'bench_book', arguments: requestArguments, weight: 1 },
  ];
  const run = `soak-${process.pid}`;
  const callOf = (way: SoakWay) => callOfMix(mix, { keys: 'new', run: `${run}-${way}` });
  const gateway = new HttpClient(facts.gateway_url);
  const ingress = new HttpClient(hook);
  const http = { apiKey, tenant: facts.tenant, deadlineMs };
  const calls: Record<SoakWay, MakeCall> = {
    nats: natsCaller(agent, callOf('nats'), { deadlineMs }),
    rest: restCaller(gateway, callOf('rest'), http),
    mcp: mcpCaller(gateway, callOf('mcp'), http),
    webhooks: webhookSender(ingress, {
      scheme: loadSchemes().get(scheme) as WebhookScheme,
      secret: hookSecret,
      url: hook,
      settings: {},
      run,
      timeoutMs: deadlineMs,
    }),
  };
  try {
    const reports = await Promise.all(
      (Object.keys(shares) as SoakWay[]).map(async (way) => {
        const report = await runLoad({
          shape: { kind: 'open', perSecond: Math.max(0.5, terms.perSecond * shares[way]), mostInFlight: 500 },
          bounds: { seconds: terms.seconds, calls: 1_000_000, warmupSeconds: 0 },
          makeCall: calls[way],
          signal: terms.signal,
          sampleMs: 10_000,
        });
        return [way, report] as const;
      }),
    );
    return Object.fromEntries(reports) as Record<SoakWay, LoadReport>;
  } finally {
    stopListening();
    gateway.close();
    ingress.close();
    await agent.close();
  }
}
