import { IntegrationDocument, platformScope, routes } from '@patchbay/contracts';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type DeliveryStack, type NewSubscription, startDeliveryStack } from './delivery-stack.test-support.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.test-support.ts';

/** A help desk: one tool that reads and one that acts, with no key at the upstream. */
const desk = IntegrationDocument.parse({
  id: 'desk',
  name: 'Desk',
  version: '1.0.0',
  category: 'other',
  description: 'A help desk, for tests.',
  base_url: 'https://desk.example.com',
  auth: { type: 'none' },
  tools: {
    find: {
      title: 'Find',
      description: 'Finds a person by address.',
      risk: 'read',
      request: { method: 'POST', path: '/find', body: 'json' },
      parameters: { email: { type: 'string', required: true } },
      examples: [{ arguments: { email: 'a@example.com' }, response: { status: 200, body: { person: 'p-1' } } }],
    },
    open: {
      title: 'Open',
      description: 'Opens a ticket for somebody.',
      risk: 'write',
      request: { method: 'POST', path: '/open', body: 'json' },
      parameters: {
        subject: { type: 'string', required: true },
        priority: { type: 'integer' },
        person: { type: 'string' },
        facts: { type: 'object' },
      },
      examples: [{ arguments: { subject: 'x' }, response: { status: 200, body: { ticket: 't-1' } } }],
    },
  },
});

let stack: DeliveryStack;
let sandbox: Sandbox;
let executor: ServiceProcess;
let source: string;
let types = 0;
const tenant = 'acme';
const patient = { timeout: 30_000 };

beforeAll(async () => {
  stack = await startDeliveryStack();
  sandbox = await startSandbox({ documents: [desk] });
  const registry = await (await stack.servers.connect('registry')).bucket('integrations');
  const stored = {
    scope: platformScope,
    document: desk,
    registered_at: '2026-01-01T00:00:00.000Z',
    retired: false,
    digest: 'd',
  };
  await registry.put(`doc.${platformScope}.desk.1_0_0`, JSON.stringify(stored));
  await stack.startHere();
  source = await stack.addSource();
  executor = await startExecutor();
}, 60_000);
afterAll(async () => {
  await executor?.stop();
  await sandbox?.close();
  await stack?.stop();
}, 60_000);
beforeEach(() => sandbox.reset());

const startExecutor = () =>
  startServiceProcess(stack.servers, 'executor', 'executor-1', { PATCHBAY_EGRESS_DIAL_OVERRIDE: sandbox.url });
const opened = () => sandbox.effects({ tool: 'desk_open' }).map((effect) => effect.arguments);
const newType = () => `type-${++types}`;
const subscribe = (type: string, target: NewSubscription['target'], over: Partial<NewSubscription> = {}) =>
  stack.subscribe({ types: [type], retry: { schedule_ms: [100, 100, 100], jitter: 0 }, target, ...over });
const openTicket = { kind: 'tool', tool: 'desk_open', arguments: { subject: 'Call of {body.name}' } } as const;

const finished = (event: string) =>
  vi.waitFor(async () => {
    const { deliveries } = await stack.admin.request(routes.listDeliveries, {}, { tenant, event });
    const [last] = deliveries;
    expect(last?.finished_at).toEqual(expect.any(String));
    return (await stack.admin.request(routes.showDelivery, {}, { tenant, delivery: last?.id as string })).delivery;
  }, patient);

test('an event calls a tool with what it holds, once, also when it is replayed', async () => {
  const type = newType();
  const { id } = await subscribe(type, {
    kind: 'tool',
    tool: 'desk_open',
    arguments: { subject: '{event.type}: {body.caller.name}', priority: '{body.priority}', facts: '{body.caller}' },
  });
  const event = await stack.store(source, '{"caller":{"name":"Ann"},"priority":2}', { type });
  expect(await finished(event.id)).toMatchObject({
    state: 'succeeded',
    attempts: [{ outcome: 'succeeded', execution_id: expect.stringMatching(/^exe_/) }],
  });
  const args = { subject: `${type}: Ann`, priority: 2, facts: { name: 'Ann' } };
  expect(opened()).toEqual([args]);
  await stack.admin.request(routes.replayWebhooks, {}, { tenant, types: [type], subscription: id, dry_run: false });
  await vi.waitFor(async () => {
    const { deliveries } = await stack.admin.request(
      routes.listDeliveries,
      {},
      { tenant, event: event.id, state: 'succeeded' },
    );
    expect(deliveries).toHaveLength(2);
  }, patient);
  expect(opened()).toEqual([args]);
});

test('what the tool may be asked again is asked again on the schedule, and acts once', async () => {
  const type = newType();
  await subscribe(type, openTicket, { retry: { schedule_ms: Array.from({ length: 30 }, () => 500), jitter: 0 } });
  const busyNoMore = sandbox.behave({ tool: 'desk_open', do: { kind: 'rate_limit' } });
  const event = await stack.store(source, '{"name":"Ann"}', { type });
  await vi.waitFor(async () => {
    const { deliveries } = await stack.admin.request(routes.listDeliveries, {}, { tenant, event: event.id });
    expect(deliveries).toMatchObject([{ state: 'waiting', attempts: expect.any(Number) }]);
  }, patient);
  expect(opened()).toHaveLength(0);
  busyNoMore();
  const delivery = await finished(event.id);
  expect(delivery.attempts[0]).toMatchObject({
    outcome: expect.stringMatching(/failed|refused/),
    error_code: 'rate_limited',
  });
  expect(delivery).toMatchObject({ state: 'succeeded' });
  expect(opened()).toHaveLength(1);
}, 60_000);

test('an effect that is not known is not had again, neither by an attempt nor by a redrive', async () => {
  const type = newType();
  const { id } = await subscribe(type, openTicket);
  sandbox.behave({ tool: 'desk_open', times: 1, do: { kind: 'drop', at: 'before_response' } });
  const event = await stack.store(source, '{"name":"Ann"}', { type });
  expect(await finished(event.id)).toMatchObject({
    state: 'dead_letter',
    attempts: [{ number: 1, outcome: 'outcome_unknown', error_code: 'outcome_unknown' }],
  });
  const pick = { tenant, subscription: id, dry_run: false };
  expect(await stack.admin.request(routes.redriveWebhookDeadLetters, {}, pick)).toMatchObject({ count: 1 });
  await vi.waitFor(async () => {
    const { total } = await stack.admin.request(routes.listWebhookDeadLetters, {}, { tenant, subscription: id });
    expect(total).toBe(1);
  }, patient);
  expect(opened()).toHaveLength(1);
});

test('what the tool refused can be redriven once it is mended', async () => {
  const type = newType();
  const { id } = await subscribe(type, openTicket);
  sandbox.behave({
    tool: 'desk_open',
    times: 1,
    do: { kind: 'status', status: 400, body: { error: 'closed today' } },
  });
  const event = await stack.store(source, '{"name":"Ann"}', { type });
  expect(await finished(event.id)).toMatchObject({
    state: 'dead_letter',
    attempts: [{ outcome: 'failed', error_code: 'upstream_error' }],
  });
  await stack.admin.request(routes.redriveWebhookDeadLetters, {}, { tenant, subscription: id, dry_run: false });
  await vi.waitFor(() => expect(opened()).toEqual([{ subject: 'Call of Ann' }]), patient);
});

test('an event without what the arguments ask for is given up at once, and says what is missing', async () => {
  const type = newType();
  await subscribe(type, openTicket);
  const event = await stack.store(source, '{}', { type });
  expect(await finished(event.id)).toMatchObject({
    state: 'dead_letter',
    attempts: [
      {
        outcome: 'refused',
        error_code: 'invalid_arguments',
        message: "arguments.subject: the event has no body 'name'",
      },
    ],
  });
  expect(opened()).toHaveLength(0);
});

test('an event runs a plan, whose references stay its own: what came with the event is data', async () => {
  const type = newType();
  await subscribe(type, {
    kind: 'plan',
    plan: {
      calls: [
        { id: 'who', tool: 'desk_find', arguments: { email: '{body.email}' } },
        {
          id: 'ticket',
          tool: 'desk_open',
          arguments: {
            subject: 'Call of {body.name|somebody}',
            person: { $from: 'who', path: 'person' },
            facts: '{body.facts}',
          },
        },
      ],
    },
  });
  const facts = { trick: { $from: 'who' } };
  const event = await stack.store(source, JSON.stringify({ email: 'a@example.com', facts }), { type });
  expect(await finished(event.id)).toMatchObject({ state: 'succeeded' });
  expect(opened()).toEqual([{ subject: 'Call of somebody', person: 'p-1', facts }]);
});

test('a delivery that is killed while a tool acts is made again, and the tool acts once', async () => {
  const type = newType();
  const killable = await stack.startProcess('delivery-killed');
  // Alone with it for as long as the attempt lasts: whichever process has it, the other may be asked next.
  await subscribe(type, openTicket, { concurrency: 2 });
  sandbox.behave({ tool: 'desk_open', times: 1, do: { kind: 'delay', ms: 1_500 } });
  const events = await Promise.all(Array.from({ length: 6 }, () => stack.store(source, '{"name":"Ann"}', { type })));
  await vi.waitFor(() => expect(sandbox.requests({ tool: 'desk_open' }).length).toBeGreaterThan(0), patient);
  await killable.kill();
  for (const event of events) expect(await finished(event.id)).toMatchObject({ state: 'succeeded' });
  expect(opened()).toHaveLength(6);
}, 60_000);

test('without an executor nothing is lost and no attempt is spent', async () => {
  const type = newType();
  await subscribe(type, openTicket, { retry: { schedule_ms: [], jitter: 0 } });
  await executor.stop();
  const event = await stack.store(source, '{"name":"Ann"}', { type });
  await vi.waitFor(async () => {
    const { deliveries } = await stack.admin.request(routes.listDeliveries, {}, { tenant, event: event.id });
    expect(deliveries).toMatchObject([{ state: 'waiting', attempts: 0 }]);
  }, patient);
  executor = await startExecutor();
  expect(await finished(event.id)).toMatchObject({ state: 'succeeded', attempts: [{ number: 1 }] });
  expect(opened()).toHaveLength(1);
}, 60_000);
