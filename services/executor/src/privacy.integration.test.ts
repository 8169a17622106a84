import { AuditBatch, type AuditEvent, auditConsumer, IntegrationDocument, routes } from '@patchbay/contracts';
import { canary, scanForCanaries, startOtlpReceiver, startTestServers, type TestServers } from '@patchbay/testkit';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parseTenantClasses } from './domain/telemetry/tenant-classes.ts';
import { type FakeVault, startFakeVault } from './fake-vault.test-support.ts';
import { publish, runExecutor } from './running-executor.test-support.ts';

/** One argument of each mark, and one of none; one tool for health information. */
const document = IntegrationDocument.parse({
  id: 'desk',
  name: 'Desk',
  version: '1.0.0',
  category: 'other',
  description: 'A help desk, for tests.',
  base_url: 'https://desk.example.com',
  auth: { type: 'bearer' },
  tools: Object.fromEntries(
    [
      ['open', {}],
      ['chart', { diagnosis: { type: 'string', 'x-privacy': 'phi' } }],
      ['find', {}],
    ].map(([key, more]) => [
      key,
      {
        title: key,
        description: 'Opens a ticket. Returns it.',
        risk: key === 'find' ? 'read' : 'write',
        request: { method: 'POST', path: `/${key}`, body: 'json' },
        parameters: {
          note: { type: 'string', minLength: 3, pattern: '^[^!]*$', required: true },
          customer_email: { type: 'string', 'x-privacy': 'pii' },
          stage: { type: 'string', enum: ['new', 'old'], 'x-privacy': 'safe' },
          ...(more as object),
        },
        examples: [
          { arguments: { note: 'example' }, response: { status: 200, body: { ok: true, by: 'ada@example.com' } } },
        ],
      },
    ]),
  ),
});

let servers: TestServers;
let sandbox: Sandbox;
let vault: FakeVault;
const audited: AuditEvent[] = [];
let published = '';

beforeAll(async () => {
  servers = await startTestServers({ redis: false, tenants: ['acme', 'bare'] });
  sandbox = await startSandbox({ documents: [document] });
  vault = await startFakeVault(servers);
  await publish(servers, document);
  const audit = await servers.connect('audit');
  await audit.consume(auditConsumer.stream, auditConsumer.durable, {
    maxMessages: 100,
    gatherMs: 10,
    onBatch: async (messages) => {
      for (const { payload } of messages) {
        published += Buffer.from(payload).toString();
        audited.push(...AuditBatch.parse(JSON.parse(Buffer.from(payload).toString())));
      }
      return { ack: true };
    },
  });
  const registry = await servers.connect('registry');
  const policy = {
    arguments: { entities: { credit_card: 'block', email: 'redact' } },
    results: { default: 'redact' },
    logs: { safe: 'allow', pii: 'redact' },
  };
  const stored = { tenant: 'acme', version: 1, policy, updated_at: '2026-11-30T08:00:00.000Z', updated_by: 'admin' };
  await (await registry.bucket('privacy_policies')).put('acme', JSON.stringify(stored));
  await registry.close();
}, 60_000);
afterAll(async () => {
  await sandbox?.close();
  await servers?.stop();
});

test('no argument that is unmarked, or personal, is in a log line, an audit event, a trace or a metric, whatever becomes of the call', async () => {
  const receiver = await startOtlpReceiver();
  const executor = await runExecutor(servers, 'executor-1', {
    dialOverride: sandbox.url,
    tenantClassOf: parseTenantClasses(''),
    telemetry: {
      endpoint: receiver.url,
      headers: {},
      sampler: 'parentbased_always_on',
      samplerRatio: 1,
      metricIntervalMs: 60_000,
      spanDelayMs: 60_000,
    },
  });
  const planted: string[] = [];
  const plant = () => {
    planted.push(canary());
    return planted.at(-1) as string;
  };
  for (const tenant of ['acme', 'bare']) {
    const agent = await servers.connect('agent', tenant);
    const execute = (args: Record<string, unknown>, more: object = {}) =>
      agent.request(routes.executeTool, { tenant }, { tool: 'desk_open', arguments: args, ...more });
    const email = () => `${plant()}@example.com`;
    const done = await execute(
      { note: plant(), customer_email: email(), stage: 'new' },
      { idempotency_key: `k-${tenant}` },
    );
    expect(done).toMatchObject({ status: 'succeeded' });
    expect(done.privacy).toEqual(
      tenant === 'acme' ? { count: 1, findings: [{ path: 'output.by', found: 'email', action: 'redact' }] } : undefined,
    );
    // Turned away for its arguments, at every stage there is.
    expect(await execute({ note: `${plant()}!` })).toMatchObject({ error: { code: 'invalid_arguments' } });
    expect(await execute({ note: plant(), stage: plant() })).toMatchObject({ error: { code: 'invalid_arguments' } });
    expect(await execute({ note: plant(), [plant()]: 1 })).toMatchObject({ error: { code: 'invalid_arguments' } });
    expect(await execute({ note: plant() }, { version: '9.9.9' })).toMatchObject({ error: { code: 'tool_not_found' } });
    await execute({ note: plant(), customer_email: email() }, { dry_run: true });
    await execute({ note: `card 4111 1111 1111 1111 of ${plant()}` });
    await execute({ note: plant() }, { tool: 'desk_chart' });
    // The upstream says it again, and what it says is no JSON, or nothing at all.
    for (const behaviour of [
      { kind: 'status', status: 422, body: { error: { message: `unknown ${plant()}` } } },
      { kind: 'drop', at: 'mid_body' },
      { kind: 'lie', as: 'broken_json' },
    ] as const) {
      const remove = await sandbox.behave({ do: behaviour });
      await execute({ note: plant(), customer_email: email() }, { deadline_ms: 2_000 });
      await remove();
    }
    await agent.request(
      routes.executePlan,
      { tenant },
      { calls: [{ id: 'a', tool: 'desk_open', arguments: { note: plant() } }] },
    );
    await agent.request(
      routes.submitTool,
      { tenant },
      { execute: { tool: 'desk_open', arguments: { note: plant() } } },
    );
  }
  await vi.waitFor(
    () => expect(audited.filter(({ data }) => data.outcome === 'succeeded').length).toBeGreaterThan(5),
    10_000,
  );
  await executor.stop();
  await vi.waitFor(() => expect(receiver.spans().length).toBeGreaterThan(10), 10_000);
  expect(planted.length).toBeGreaterThan(30);
  const hits = await scanForCanaries(
    [
      { name: 'log', bytes: Buffer.from(executor.log()) },
      { name: 'audit', bytes: Buffer.from(published) },
      { name: 'telemetry', bytes: Buffer.from(receiver.raw()) },
    ],
    planted,
  );
  expect(hits).toEqual([]);
  await receiver.stop();
}, 60_000);

test('no form of a lent credential that an upstream echoes is in a result, the log or the audit stream', async () => {
  const token = `${canary()}/+=${canary()}`;
  vault.answer = () => ({ payload: { credential: { type: 'bearer', token } } });
  const executor = await runExecutor(servers, 'executor-3', { dialOverride: sandbox.url });
  const agent = await servers.connect('agent', 'bare');
  const bytes = Buffer.from(token);
  const forms = [
    token,
    encodeURIComponent(token),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    Buffer.from(`user:${token}:x`).toString('base64'),
    bytes.toString('hex'),
  ];
  const results: unknown[] = [];
  for (const [at, form] of forms.entries()) {
    for (const status of [200, 401, 422]) {
      const remove = await sandbox.behave({
        do: { kind: 'status', status, body: { ok: true, note: `echo ${form}`, error: { message: `bad ${form}` } } },
      });
      const request = { tool: 'desk_open', arguments: { note: `note ${at}` }, deadline_ms: 3_000 };
      results.push(await agent.request(routes.executeTool, { tenant: 'bare' }, request));
      await remove();
    }
  }
  await executor.stop();
  expect(JSON.stringify(results)).toContain('[secret]');
  const told = [
    { name: 'results', bytes: Buffer.from(JSON.stringify(results)) },
    { name: 'log', bytes: Buffer.from(executor.log()) },
    { name: 'audit', bytes: Buffer.from(published) },
  ];
  expect(await scanForCanaries(told, [token])).toEqual([]);
}, 60_000);

test('what a policy says is done over real NATS: to what is sent, to what comes back, and to what audit is told', async () => {
  const executor = await runExecutor(servers, 'executor-2', { dialOverride: sandbox.url });
  const agent = await servers.connect('agent', 'acme');
  const execute = (tool: string, args: Record<string, unknown>) =>
    agent.request(routes.executeTool, { tenant: 'acme' }, { tool, arguments: args });
  const before = sandbox.requests().length;
  const done = await execute('desk_open', {
    note: 'for bea@example.com',
    customer_email: 'cleo@example.com',
    stage: 'old',
  });
  expect(done.output).toEqual({ ok: true, by: '[email]' });
  expect(sandbox.requests()).toHaveLength(before + 1);
  const args = { note: 'for bea@example.com', customer_email: 'cleo@example.com' };
  const shown = await agent.request(
    routes.executeTool,
    { tenant: 'acme' },
    { tool: 'desk_open', arguments: args, dry_run: true },
  );
  expect(shown.output).toMatchObject({ body: { note: 'for [email]', customer_email: '[email]' } });
  const blocked = await execute('desk_open', { note: 'card 4111 1111 1111 1111' });
  expect(blocked).toMatchObject({ status: 'refused', error: { code: 'privacy_blocked' } });
  expect(await execute('desk_chart', { note: 'x-ray' })).toMatchObject({
    status: 'refused',
    error: { code: 'not_permitted', details: { reason: 'health_information' } },
  });
  expect(sandbox.requests()).toHaveLength(before + 1);
  const of = (id: string, type: string) =>
    audited.filter(({ data, type: one }) => data.execution_id === id && one === `dev.patchbay.execution.${type}`);
  await vi.waitFor(() => expect(of(blocked.execution_id, 'privacy_found')).toHaveLength(1), 10_000);
  await vi.waitFor(() => expect(of(done.execution_id, 'privacy_found')).toHaveLength(2), 10_000);
  expect(of(done.execution_id, 'intent')[0]?.data.facts).toEqual({
    'argument.customer_email': '[pii]',
    'argument.stage': 'old',
  });
  // A read has no intent: its outcome tells what that would have.
  const found = await execute('desk_find', { note: 'for nobody', customer_email: 'cleo@example.com', stage: 'new' });
  await vi.waitFor(() => expect(of(found.execution_id, 'outcome')).toHaveLength(1), 10_000);
  expect(of(found.execution_id, 'intent')).toEqual([]);
  expect(of(found.execution_id, 'outcome')[0]?.data).toMatchObject({
    facts: { 'argument.customer_email': '[pii]', 'argument.stage': 'new' },
    arguments_digest: expect.stringMatching(/^hmac_/),
  });
  expect(of(done.execution_id, 'privacy_found').map(({ data }) => data.facts)).toEqual([
    { direction: 'arguments', findings: 'email redact 2', fields: 'arguments.note, arguments.customer_email' },
    { direction: 'results', findings: 'email redact 1', fields: 'output.by' },
  ]);
  expect(of(blocked.execution_id, 'privacy_found')[0]?.data).toMatchObject({ outcome: 'refused', tool: 'desk_open' });
  await executor.stop();
}, 60_000);
