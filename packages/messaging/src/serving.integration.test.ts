import { inboxPrefixOf, newId, PatchbayError, routes } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { okay, serveExecute } from './execute-endpoint.test-support.ts';
import { endpoint, type Messaging, type ServedEndpoints, type ServiceDescription } from './index.ts';
import { rawConnection } from './raw-connection.test-support.ts';
import { rawPublish, rawRequest } from './raw-session.test-support.ts';

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

async function serve(handler: Parameters<typeof serveExecute>[1], onError?: ServiceDescription['onError']) {
  const served = await serveExecute(executor, handler, onError);
  open.push(served);
  return served;
}

/** Serves the audit query, whose failures travel as service errors. */
async function serveAudit(handler: () => Promise<never>, onError?: ServiceDescription['onError']): Promise<void> {
  const audit = await servers.connect('audit');
  const description = { name: 'audit', version: '0.1.0', description: 'test', ...(onError && { onError }) };
  open.push(await audit.serve(description, [endpoint('query-audit', routes.queryAudit, handler)]));
}

const execute = () => agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' });

describe('a served endpoint', () => {
  test('answers a typed failure in its own shape, and reports nothing', async () => {
    const onError = vi.fn();
    await serve(async () => {
      throw new PatchbayError('rate_limited', { retryAfterMs: 7 });
    }, onError);
    expect(await execute()).toMatchObject({ status: 'refused', error: { code: 'rate_limited', retry_after_ms: 7 } });
    expect(onError).not.toHaveBeenCalled();
  });

  test('answers a defect as internal, and reports it', async () => {
    const onError = vi.fn();
    await serve(async () => {
      throw new Error('defect');
    }, onError);
    expect(await execute()).toMatchObject({ error: { code: 'internal' } });
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: 'defect' }), 'execute-tool');
  });

  test('needs no reporter to survive a defect', async () => {
    await serve(async () => {
      throw new Error('defect');
    });
    expect(await execute()).toMatchObject({ error: { code: 'internal' } });
    expect(await execute()).toMatchObject({ error: { code: 'internal' } });
  });

  test('of a plain route answers failures with the service error headers', async () => {
    await serveAudit(async () => {
      throw new PatchbayError('audit_unavailable', { message: 'away', details: { since: 1 } });
    });
    await expect(admin.request(routes.queryAudit, {}, { tenant: 'acme' })).rejects.toMatchObject({
      code: 'audit_unavailable',
      body: { message: 'away', details: { since: 1 } },
    });
    await expect(admin.request(routes.queryAudit, {}, { tenant: 'acme', limit: 0 })).rejects.toMatchObject({
      code: 'invalid_request',
      body: { details: { issues: [{ path: 'limit' }] } },
    });
  });

  test('answers what no message can hold with response_too_large', async () => {
    await serve(async () => okay('x'.repeat(5_000_000)));
    expect(await execute()).toMatchObject({ status: 'refused', error: { code: 'response_too_large' } });
  });

  test('reports a failure that cannot be answered', async () => {
    const onError = vi.fn();
    await serveAudit(async () => {
      throw new PatchbayError('internal', { message: 'x'.repeat(5_000_000) });
    }, onError);
    await expect(admin.request(routes.queryAudit, {}, { tenant: 'acme' }, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
    expect(onError).toHaveBeenCalledWith(expect.any(Error), 'query-audit');
  });

  test.each([
    ['bad JSON', '{"tool":', { message: expect.stringContaining('not JSON') }],
    ['nothing', '', { message: expect.stringContaining('not JSON') }],
    ['an unknown field', '{"tool":"a_tool","tenant":"rival"}', { details: { issues: [{ path: '' }] } }],
    ['no tool', '{}', { details: { issues: [{ path: 'tool' }] } }],
    [
      'two megabytes',
      JSON.stringify({ tool: 'a_tool', arguments: { text: 'x'.repeat(2_000_000) } }),
      { details: { max_bytes: 1_048_576 } },
    ],
  ])('answers %s with invalid_request and stays up', async (_what, payload, error) => {
    await serve(async () => okay('still here'));
    const inbox = `${inboxPrefixOf('agent', 'acme')}.raw`;
    const answer = await rawRequest(servers, 'agent', 'tools.v1.acme.execute', payload, inbox);
    expect(answer).toMatchObject({ status: 'refused', error: { code: 'invalid_request', ...error } });
    expect((await execute()).output).toBe('still here');
  });

  test('refuses a subject whose tenant is none', async () => {
    await serve(async () => okay('reached'));
    const inbox = `${inboxPrefixOf('admin')}.raw`;
    const answer = await rawRequest(servers, 'admin', 'tools.v1.Not$A$Tenant.execute', '{"tool":"a_tool"}', inbox);
    expect(answer).toMatchObject({
      error: { code: 'invalid_request', details: { issues: [{ path: 'subject.tenant' }] } },
    });
  });

  test('never answers into an inbox that its caller does not own', async () => {
    const onError = vi.fn();
    const handler = vi.fn(async () => okay(null));
    await serve(handler, onError);
    for (const reply of [
      'audit.v1.acme.credential',
      `${inboxPrefixOf('agent', 'rival')}.x`,
      `${inboxPrefixOf('vault')}.x`,
      'tools.v1.acme.execute',
    ])
      await rawPublish(servers, 'tools.v1.acme.execute', '{"tool":"a_tool"}', reply);
    await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(4));
    expect(handler).not.toHaveBeenCalled();
  });

  test("answers a route that names its caller in that caller's inbox alone", async () => {
    const [onError, handler] = [vi.fn(), vi.fn(async () => ({ dropped: 0 }))];
    const vault = await servers.connect('vault');
    open.push(
      await vault.serve({ name: 'vault', version: '0.1.0', description: 'test', onError }, [
        endpoint('drop-secrets', routes.dropSecrets, handler),
      ]),
    );
    const body = { tenant: 'acme', owner: newId('webhookSource') };
    const ingress = await rawConnection(servers, 'webhook-ingress');
    // In the inbox of the other service that may call, where its own answers are awaited.
    ingress.publish('svc.vault.v1.secrets.webhook-ingress.drop', JSON.stringify(body), {
      reply: `${inboxPrefixOf('webhook-delivery')}.x`,
    });
    await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(1));
    await ingress.close();
    expect(handler).not.toHaveBeenCalled();
    const asked = await servers.connect('webhook-ingress');
    expect(await asked.request(routes.dropSecrets, { caller: 'webhook-ingress' }, body)).toEqual({ dropped: 0 });
  });

  test('registers with the services framework', async () => {
    await serve(async () => okay(null));
    const info = await rawRequest(servers, 'admin', '$SRV.INFO.executor', '', `${inboxPrefixOf('admin')}.raw`);
    expect(info).toMatchObject({
      type: 'io.nats.micro.v1.info_response',
      name: 'executor',
      endpoints: [{ name: 'execute-tool', subject: 'tools.v1.*.execute', queue_group: 'executor' }],
    });
  });

  test('finishes what is under way before it stops', async () => {
    const gate = Promise.withResolvers<void>();
    const served = await serve(() => gate.promise.then(() => okay('finished')));
    const pending = execute();
    await vi.waitFor(() => expect(served.inFlight).toBe(1));
    const stopping = served.stop();
    gate.resolve();
    expect((await pending).output).toBe('finished');
    await stopping;
    expect(served.inFlight).toBe(0);
  });
});
