import { newId, PatchbayError, routes } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { okay, serveExecute } from './execute-endpoint.test-support.ts';
import { endpoint, type Messaging, type RequestOptions, type ServedEndpoints } from './index.ts';

let servers: TestServers;
let executor: Messaging;
let agent: Messaging;
let admin: Messaging;
const open: ServedEndpoints[] = [];

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme', 'rival'], redis: false });
  [executor, agent, admin] = await Promise.all([
    servers.connect('executor'),
    servers.connect('agent', 'acme'),
    servers.connect('admin'),
  ]);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});
afterAll(() => servers?.stop());

async function serve(handler: Parameters<typeof serveExecute>[1]): Promise<ServedEndpoints> {
  const served = await serveExecute(executor, handler);
  open.push(served);
  return served;
}

const execute = (options?: RequestOptions) =>
  agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' }, options);

describe('requests', () => {
  test('reach the handler with the tenant of the subject, the budget and the trace', async () => {
    await serve(async (body, context) =>
      okay({ tool: body.tool, values: context.values, budget: context.budgetMs, trace: context.traceparent }),
    );
    const result = await execute({ timeoutMs: 1_500, traceparent: '00-a-b-01' });
    expect(result.output).toEqual({ tool: 'a_tool', values: { tenant: 'acme' }, budget: 1_500, trace: '00-a-b-01' });
  });

  test('are shared by the processes of one service', async () => {
    const counts = { first: 0, second: 0 };
    const count = (which: keyof typeof counts) => async () => {
      counts[which]++;
      return okay(null);
    };
    await serve(count('first'));
    open.push(await serveExecute(await servers.connect('executor'), count('second')));
    await Promise.all(Array.from({ length: 200 }, () => execute()));
    expect(counts.first + counts.second).toBe(200);
    expect(Math.min(counts.first, counts.second)).toBeGreaterThan(40);
  });

  test('that nobody serves fail with the code of the service that should have', async () => {
    await expect(execute()).rejects.toMatchObject({ code: 'overloaded' });
    await expect(admin.request(routes.queryAudit, {}, { tenant: 'acme' })).rejects.toMatchObject({
      code: 'audit_unavailable',
    });
    const lease = {
      tenant: 'acme',
      integration: 'slack',
      execution_id: newId('execution'),
      recipient: `X${'A'.repeat(55)}`,
    };
    await expect(executor.request(routes.leaseCredential, {}, lease)).rejects.toMatchObject({
      code: 'vault_unavailable',
    });
  });

  test('turned away on arrival are not read: neither a trace nor a span of them is made', async () => {
    const trace = vi.fn();
    const handler = vi.fn(async () => okay(null));
    const seen: unknown[] = [];
    open.push(
      await executor.serve({ name: 'executor', version: '0.1.0', description: 'test', trace }, [
        endpoint(
          'execute-tool',
          routes.executeTool,
          handler,
          (error, context) => {
            seen.push(context);
            return { ...okay(null), status: 'refused' as const, error: (error as PatchbayError).body };
          },
          (values) => {
            throw new PatchbayError('overloaded', { message: `No room for ${values.tenant}.` });
          },
        ),
      ]),
    );
    const result = await execute({ traceparent: '00-a-b-01' });
    expect(result).toMatchObject({ status: 'refused', error: { code: 'overloaded', message: 'No room for acme.' } });
    expect(seen).toMatchObject([{ values: { tenant: 'acme' }, traceparent: null, budgetMs: null, presence: null }]);
    expect(trace).not.toHaveBeenCalled();
    expect(handler).not.toHaveBeenCalled();
  });

  test('end at their time limit', async () => {
    const gate = Promise.withResolvers<void>();
    await serve(() => gate.promise.then(() => okay(null)));
    await expect(execute({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'deadline_exceeded' });
    gate.resolve();
  });

  test('stop waiting when their caller does', async () => {
    const gate = Promise.withResolvers<void>();
    const served = await serve(() => gate.promise.then(() => okay(null)));
    const abort = new AbortController();
    const pending = execute({ signal: abort.signal });
    await vi.waitFor(() => expect(served.inFlight).toBe(1));
    abort.abort();
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
    gate.resolve();
    await expect(execute({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('to another tenant are refused by the server', async () => {
    await serve(async () => okay('reached'));
    await expect(agent.request(routes.executeTool, { tenant: 'rival' }, { tool: 'a_tool' })).rejects.toMatchObject({
      code: 'not_permitted',
      body: { details: { subject: 'tools.v1.rival.execute' } },
    });
  });

  test('with a tenant that is no token never leave', async () => {
    await expect(agent.request(routes.executeTool, { tenant: 'acme.x' }, { tool: 'a_tool' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('over a mebibyte are refused before they leave', async () => {
    const text = 'x'.repeat(1_100_000);
    await expect(
      agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool', arguments: { text } }),
    ).rejects.toMatchObject({ code: 'invalid_request', body: { details: { max_bytes: 1_048_576 } } });
  });

  test('that JSON cannot carry are refused before they leave', async () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    for (const args of [{ count: 1n }, loop]) {
      await expect(
        agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool', arguments: args }),
      ).rejects.toMatchObject({ code: 'invalid_request' });
    }
  });

  test('whose answer breaks the contract fail as internal', async () => {
    await serve(async () => ({ nonsense: true }) as never);
    await expect(execute()).rejects.toMatchObject({
      code: 'internal',
      body: { details: { issues: expect.anything() } },
    });
  });

  test('whose failure is none of the catalogue fail as internal', async () => {
    const audit = await servers.connect('audit');
    open.push(
      await audit.serve({ name: 'audit', version: '0.1.0', description: 'test' }, [
        endpoint('query-audit', routes.queryAudit, async () => {
          throw Object.assign(new PatchbayError('internal'), { body: { code: 'internal', message: 7 } });
        }),
      ]),
    );
    await expect(admin.request(routes.queryAudit, {}, { tenant: 'acme' })).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('not in the catalogue'),
    });
  });

  test('under way when their connection closes have an unknown outcome, later ones never leave', async () => {
    const gate = Promise.withResolvers<void>();
    const served = await serve(() => gate.promise.then(() => okay(null)));
    const extra = await servers.connect('agent', 'acme');
    const ask = () => extra.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' }, { timeoutMs: 60_000 });
    const pending = ask();
    const settled = expect(pending).rejects.toMatchObject({ code: 'outcome_unknown' });
    try {
      await vi.waitFor(() => expect(served.inFlight).toBe(1));
      await extra.close();
      await settled;
    } finally {
      gate.resolve();
    }
    await expect(ask()).rejects.toMatchObject({ code: 'overloaded' });
  });
});
