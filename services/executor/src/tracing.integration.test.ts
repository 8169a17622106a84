import { routes } from '@patchbay/contracts';
import {
  canary,
  type OtlpReceiver,
  scanForCanaries,
  startOtlpReceiver,
  startTestServers,
  type TestServers,
} from '@patchbay/testkit';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseTenantClasses } from './domain/telemetry/tenant-classes.ts';
import { type FakeVault, startFakeVault } from './fake-vault.test-support.ts';
import { numbersDocument, publish, runExecutor } from './running-executor.test-support.ts';

let servers: TestServers;
let sandbox: Sandbox;
let vault: FakeVault;
let receiver: OtlpReceiver;

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  sandbox = await startSandbox({ documents: [numbersDocument()] });
  vault = await startFakeVault(servers);
  await publish(servers, numbersDocument());
  receiver = await startOtlpReceiver();
});
afterAll(async () => {
  await receiver?.stop();
  await sandbox?.close();
  await servers?.stop();
});

const telemetry = (endpoint: string) => ({
  endpoint,
  headers: {},
  sampler: 'parentbased_always_on' as const,
  samplerRatio: 1,
  metricIntervalMs: 60_000,
  spanDelayMs: 60_000,
});
const traceId = 'a'.repeat(32);
const execute = async (request: object) =>
  (await servers.connect('agent', 'acme')).request(
    routes.executeTool,
    { tenant: 'acme' },
    { tool: 'numbers_book', arguments: { number: 1 }, ...request },
    { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` },
  );

test('spans of execution and attempt and the metrics reach a collector when the executor stops, and no secret or argument does', async () => {
  const executor = await runExecutor(servers, 'executor-1', {
    dialOverride: sandbox.url,
    tenantClassOf: parseTenantClasses('acme=gold'),
    telemetry: telemetry(receiver.url),
  });
  const secret = canary();
  vault.answer = () => ({ payload: { credential: { type: 'bearer', token: secret } } });
  const argument = 778_899_001;
  const result = await execute({
    arguments: { number: argument },
    idempotency_key: 'toolu_01Abc',
    context: { session: 'canary-session-4711' },
  });
  expect(result.status).toBe('succeeded');
  const repeat = { arguments: { number: argument }, idempotency_key: 'toolu_01Abc' };
  expect(await execute(repeat)).toMatchObject({ replayed: true });
  await execute({ tool: 'canary_no_such_tool', idempotency_key: 'ada@example.com' });
  await executor.stop();

  const spans = receiver.spans();
  const [execution, repeated] = spans.filter(
    ({ attributes }) => attributes['patchbay.execution.id'] === result.execution_id,
  );
  expect(
    spans.find(({ name, parentSpanId }) => name === 'claim key' && parentSpanId === repeated?.spanId)?.attributes,
  ).toEqual({ 'patchbay.ledger.claim': 'held' });
  expect(execution).toMatchObject({
    service: 'patchbay-executor',
    name: 'execute_tool numbers_book',
    traceId,
    parentSpanId: 'b'.repeat(16),
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'numbers_book',
      'gen_ai.tool.call.id': 'toolu_01Abc',
      'messaging.system': 'nats',
      'patchbay.tenant.class': 'gold',
      'patchbay.execution.status': 'succeeded',
    },
  });
  const inside = spans.filter(({ parentSpanId }) => parentSpanId === execution?.spanId);
  // What had to be there before anything was sent, and what it came to.
  expect(Object.fromEntries(inside.map(({ name, attributes }) => [name, attributes]))).toMatchObject({
    'claim key': { 'patchbay.ledger.claim': 'won' },
    'record intent': {},
    'ask rate limits': { 'patchbay.limiter.waited_ms': 0 },
  });
  const attempt = inside.find(({ attributes }) => 'http.request.method' in attributes);
  expect(attempt).toMatchObject({
    name: 'POST /book',
    traceId,
    attributes: {
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'server.address': 'numbers.example.com',
      'url.template': '/book',
    },
  });
  // The upstream is told of the attempt, and audit of the trace.
  const sent = sandbox.requests().at(-1);
  expect(JSON.stringify(sent)).toContain(`00-${traceId}-${attempt?.spanId}-01`);
  expect(spans.find(({ attributes }) => attributes['error.type'] === 'tool_not_found')?.name).toBe('execute_tool');

  const points = receiver.points();
  expect(
    points.find(
      ({ metric, attributes }) =>
        metric === 'patchbay.execution.duration' && attributes['gen_ai.tool.name'] === 'numbers_book',
    ),
  ).toMatchObject({
    unit: 's',
    count: 2,
    attributes: { 'patchbay.tenant.class': 'gold', 'patchbay.execution.status': 'succeeded' },
  });
  expect(points.map(({ metric }) => metric)).toEqual(
    expect.arrayContaining(['patchbay.attempt.duration', 'patchbay.execution.active', 'patchbay.ledger.replays']),
  );
  const raw = receiver.raw();
  for (const text of [String(argument), 'ada@example.com', 'canary-session-4711', 'canary_no_such_tool', '"acme"'])
    expect(raw).not.toContain(text);
  expect(await scanForCanaries([{ name: 'otlp', bytes: Buffer.from(raw) }], [secret])).toEqual([]);
});

test('a collector that hangs neither holds up a call nor the shutdown', async () => {
  const { createServer } = await import('node:net');
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const executor = await runExecutor(servers, 'executor-2', {
    dialOverride: sandbox.url,
    telemetry: { ...telemetry(`http://127.0.0.1:${port}`), spanDelayMs: 10, metricIntervalMs: 100 },
  });
  const results = await Promise.all(Array.from({ length: 20 }, () => execute({})));
  expect(results.every(({ status }) => status === 'succeeded')).toBe(true);
  const started = performance.now();
  await executor.stop();
  // The last export may take two seconds; the rest is noise of a busy machine.
  expect(performance.now() - started).toBeLessThan(10_000);
  silent.close();
});
