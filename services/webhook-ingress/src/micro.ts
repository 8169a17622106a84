import { createHmac } from 'node:crypto';
import { loadSchemes } from '@patchbay/webhook-schemes';
import { createNatsEventStream } from './adapters/nats-event-stream.ts';
import { createVaultSecrets } from './adapters/vault-secrets.ts';
import { createAcceptEvents } from './operations/accept-events.ts';
import { createReceiveHook } from './operations/receive-hook.ts';
import { createGuardEvents } from './operations/guard-events.ts';
import { headers } from '@nats-io/transport-node';
const secret = 'whsec_bench_0123456789abcdef0123456789abcdef';
const lines = Array.from({ length: 8 }, (_, i) => ({ id: `il_${i}`, amount: 1_000 + i, currency: 'usd', description: `Line ${i} of the invoice, as long as such texts are` }));
const source: any = { id: 'src_01JD0000000000000000000000', tenant: 'bench', scheme: 'stripe', variant: null, enabled: true, mode: 'verify', settings: {}, public_url: null, upstream: null, dedup_window_h: null, name: 'bench', secrets: [{ id: 'sec_01JD0000000000000000000000', expires_at: null }] };
const lent = new Map([['sec_01JD0000000000000000000000', secret]]);
const stream = createNatsEventStream({ connected: true, publishDurable: async (subject: string, payload: any, o: any) => { const h = headers(); h.set('Nats-Msg-Id', o.messageId); for (const n in o.headers) h.set(n, o.headers[n]); h.encode?.(); await null; return { duplicate: false, sequence: 1 }; } } as any, {} as any);
const claims: any = { claim: async (e: any[]) => e.map(() => 'won'), promote: async () => {}, release: async () => {}, extend: async () => {} };
const accept = createAcceptEvents({ stream, claims, later: { settle() {} }, report() {}, onClaimsAway() {} } as any);
const receive = createReceiveHook({
  sources: { find: () => source } as any, schemes: loadSchemes(),
  secrets: createVaultSecrets({ of: async () => lent } as any),
  guardEvents: createGuardEvents({ policyOf: () => null, found() {} }), acceptEvents: accept.accept, meetChallenge: (async () => {}) as any, kept: {} as any, fetchCertificate: () => (async () => {}) as any,
  publicUrl: 'https://hooks.example', observe() {}, report: (..._a: any[]) => console.log(_a), now: Date.now });
const make = (i: number) => {
  const created = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({ id: `evt_${i}`, object: 'event', type: 'invoice.paid', created, data: { object: { id: 'in_1', object: 'invoice', paid: true, lines } } });
  const v1 = createHmac('sha256', secret).update(`${created}.${body}`).digest('hex');
  return { id: 'req_01JD0000000000000000000000', source: source.id, method: 'POST', target: `/hooks/${source.id}`, headers: [['host', '127.0.0.1:9999'], ['connection', 'keep-alive'], ['content-type', 'application/json'], ['stripe-signature', `t=${created},v1=${v1}`], ['content-length', String(body.length)]] as [string, string][], body: Buffer.from(body), receivedAt: new Date(), traceparent: null };
};
const batch = async (n: number) => { const all = Array.from({ length: n }, (_, i) => make(i)); const b = process.cpuUsage(); for (let at = 0; at < n; at += 64) { const r = await Promise.all(all.slice(at, at + 64).map((one) => receive(one))); if (r.some((x) => x.status !== 200)) throw new Error(JSON.stringify(r[0])); } const a = process.cpuUsage(b); return (a.user + a.system) / n; };
for (let i = 0; i < 5; i++) await batch(4000);
const runs: number[] = []; for (let i = 0; i < 15; i++) runs.push(await batch(4000));
runs.sort((a, b) => a - b); console.log('us per webhook: min', runs[0]!.toFixed(1), 'median', runs[7]!.toFixed(1));
