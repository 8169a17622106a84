import { events, IntegrationDocument } from '@patchbay/contracts';
import type { Engine } from '@patchbay/execution-engine';
import { createEngine, prepareTool } from '@patchbay/execution-engine';
import type { Messaging } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNatsCircuits, type NatsCircuits } from './nats-circuits.ts';

const openMs = 400;
const tool = prepareTool(
  IntegrationDocument.parse({
    id: 'acme',
    name: 'Acme',
    version: '1.0.0',
    category: 'other',
    description: 'An API.',
    base_url: 'https://api.acme.com',
    auth: { type: 'none' },
    retry: { max_attempts: 1 },
    tools: { look: { title: 'Look', description: 'Looks.', risk: 'read', request: { method: 'GET', path: '/' } } },
  }),
  'look',
);

let servers: TestServers;
let upstreamWorks = false;
let sent = 0;
const fleet: { messaging: Messaging; circuits: NatsCircuits; engine: Engine }[] = [];

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  for (let i = 0; i < 2; i++) {
    const messaging = await servers.connect('executor');
    const circuits = createNatsCircuits(messaging, 'executor-1');
    const engine = createEngine({
      egress: { send, open: () => Promise.reject(new Error('nothing streams here')) },
      circuit: { openMs },
      onCircuitChange: circuits.tell,
    });
    circuits.answer(engine);
    await messaging.flush();
    fleet.push({ messaging, circuits, engine });
  }
});
afterAll(async () => {
  for (const { engine } of fleet) engine.close();
  await servers?.stop();
});

async function send() {
  sent++;
  if (!upstreamWorks) {
    return {
      ok: false,
      failure: { kind: 'unreachable', sent: false, reason: 'connect_refused', message: 'Refused.' },
    } as const;
  }
  const response = { status: 200, headers: {}, body: Buffer.from('{}'), contentType: 'application/json' };
  return { ok: true, response, timing: { connectMs: 0, queuedMs: 0, totalMs: 1 } } as const;
}

const call = (i: number) =>
  (fleet[i] as (typeof fleet)[number]).engine.execute({
    prepared: tool,
    tenant: 'acme',
    arguments: {},
    credential: null,
    variables: {},
    deadlineAt: performance.now() + 5_000,
    idempotencyKey: null,
  });
const stateOf = (i: number) => fleet[i]?.engine.breakerState('acme', 'api.acme.com').host;

test("an executor's open circuit opens the other's, and one probe closes both", async () => {
  for (let i = 0; i < 10; i++) await call(0);
  await expect.poll(() => stateOf(1)).not.toBe('closed');
  expect(sent).toBe(10);
  const told = await fleet[1]?.circuits.circuits({ host: 'api.acme.com' });
  expect(told).toHaveLength(2);
  expect(new Set(told?.map(({ executor }) => executor)).size).toBe(2);
  expect(told?.flatMap(({ circuits }) => circuits.map(({ opened_by }) => opened_by)).sort()).toEqual([
    'elsewhere',
    'here',
  ]);
  upstreamWorks = true;
  await expect.poll(async () => (await call(0)).status, { timeout: 10_000 }).toBe('succeeded');
  await expect.poll(() => stateOf(1), { timeout: 10_000 }).toBe('closed');
  expect(await call(1)).toMatchObject({ status: 'succeeded' });
});

test('a hint that was long on its way is not taken', async () => {
  const [{ messaging }, { engine }] = fleet as [(typeof fleet)[number], (typeof fleet)[number]];
  const hint = { executor: 'elsewhere', tenant: null, state: 'open' as const, open_ms: 60_000 };
  messaging.publishEvent(events.circuitChanged, {}, { ...hint, host: 'old.com', sent_at: Date.now() - 60_000 });
  messaging.publishEvent(events.circuitChanged, {}, { ...hint, host: 'new.com', sent_at: Date.now() });
  // Both came from one connection, in order: when the second has come, so has the first.
  await expect.poll(() => engine.breakerState('acme', 'new.com').host).toBe('open');
  expect(engine.breakerState('acme', 'old.com').host).toBe('closed');
});

test("word of a tenant's circuit is of that tenant alone, and word without a tenant is of everyone", async () => {
  const [{ messaging }, { engine }] = fleet as [(typeof fleet)[number], (typeof fleet)[number]];
  const hint = { executor: 'elsewhere', state: 'open' as const, open_ms: 60_000, sent_at: Date.now() };
  messaging.publishEvent(events.circuitChanged, {}, { ...hint, host: 'some.com', tenant: 'acme' });
  await expect.poll(() => engine.breakerState('acme', 'some.com')).toMatchObject({ host: 'closed', tenant: 'open' });
  expect(engine.breakerState('rival', 'some.com').tenant).toBe('closed');
  const { tenant } = events.circuitChanged.body.parse({ ...hint, host: 'all.com' });
  expect(tenant).toBeNull();
});
