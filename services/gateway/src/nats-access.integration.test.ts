import { permissionsOf, routes } from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';
import { type Agent, connect } from '@patchbay/sdk';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startFakeExecutor } from '../test/fake-executor.ts';
import { type RawNats, rawNats } from '../test/raw-nats.ts';
import { callWith, makeKey, runGateway, type TestGateway } from '../test/running-gateway.ts';
import { startTokenIssuer, type TokenIssuer } from '../test/token-issuer.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let gateway: TestGateway;
let second: TestGateway;
let admin: Messaging;
let issuer: TokenIssuer;
const open: Agent[] = [];
const raws: RawNats[] = [];
beforeAll(async () => {
  admin = await servers().connect('admin');
  await startFakeExecutor(await servers().connect('executor'));
  issuer = await startTokenIssuer(['agents']);
  gateway = await runGateway(servers(), 'gateway-1', { trustedOrigins: [issuer.origin] });
  second = await runGateway(servers(), 'gateway-2', { trustedOrigins: [issuer.origin] });
  for (const tenant of ['acme', 'rival']) await admin.request(routes.createTenant, {}, { tenant });
});
afterAll(async () => {
  await Promise.all(open.map((agent) => agent.close().catch(() => {})));
  for (const one of raws) one.close();
  await gateway?.stop();
  await second?.stop();
  await issuer?.close();
});

async function enter(apiKey: string, tenant = 'acme'): Promise<Agent> {
  const agent = await connect({ servers: servers().natsUrls, tenant, apiKey, deadlineMs: 5_000 });
  open.push(agent);
  return agent;
}
async function raw(token: string): Promise<RawNats> {
  // A key that was made at one gateway is known at the other a moment later.
  const client = await vi.waitFor(() => rawNats(servers().natsUrls[0] as string, { auth_token: token }));
  raws.push(client);
  return client;
}
const key = async (asked: Parameters<typeof makeKey>[1] = {}) => makeKey(admin, { role: 'agent', ...asked });
const refused = { code: 'not_permitted' };
/** What its calls come to once it has been ended: nothing, and soon. */
const gone = (agent: Agent) =>
  vi.waitFor(async () => expect((await agent.execute('echo', {}, { deadlineMs: 200 })).status).not.toBe('succeeded'));

describe('an API key', () => {
  test('connects to NATS and does there what its scopes open', async () => {
    const agent = await enter((await key()).text);
    expect(await agent.execute('echo', { a: 1 })).toMatchObject({ status: 'succeeded', output: { a: 1 } });
    const chunks: unknown[] = [];
    for await (const { data } of agent.stream('count')) chunks.push(data);
    expect(chunks).toHaveLength(3);
    expect(await agent.cancel({ session: 's-1' })).toEqual({ cancelled: [] });
  });

  test('sees its tenant’s subjects alone, and an agent’s key none of an operator', async () => {
    const agent = await enter((await key()).text, 'rival');
    expect(await agent.execute('echo')).toMatchObject({ status: 'refused', error: refused });
    const messaging = await raw((await key()).text);
    const own = permissionsOf('agent', 'acme').publish;
    for (const subject of permissionsOf('admin').publish.filter((one) => !one.startsWith('tools.v1.')))
      expect([subject, await messaging.mayPublish(subject.replace('*', 'x'))]).toEqual([subject, false]);
    for (const subject of own)
      expect([subject, await messaging.mayPublish(subject.replace('*', 'x'))]).toEqual([subject, true]);
    for (const subject of ['tools.v1.rival.execute', '$JS.API.INFO', '$SYS.REQ.USER.AUTH', '$KV.identity.key.x'])
      expect([subject, await messaging.mayPublish(subject)]).toEqual([subject, false]);
    for (const subject of [
      '>',
      'tools.v1.acme.execute',
      'events.v1.rival.>',
      'audit.v1.acme.*',
      'webhooks.v1.acme.>',
      '_INBOX_agent.acme.>',
      '_INBOX_admin.>',
      '$SYS.REQ.USER.AUTH',
    ])
      expect([subject, await messaging.maySubscribe(subject)]).toEqual([subject, false]);
    expect(await messaging.maySubscribe('events.v1.acme.execution.*.finished')).toBe(true);
  });

  test('that is held to scopes can do no more on NATS', async () => {
    const { text } = await key({ scopes: ['tools:read'] });
    const messaging = await raw(text);
    expect(await messaging.mayPublish('tools.v1.acme.list')).toBe(true);
    for (const what of ['execute', 'plan', 'submit', 'warm', 'await', 'cancel', 'stream.x'])
      expect([what, await messaging.mayPublish(`tools.v1.acme.${what}`)]).toEqual([what, false]);
    const auditor = await raw((await key({ role: 'auditor' })).text);
    expect(await auditor.maySubscribe('audit.v1.acme.*')).toBe(true);
    expect(await auditor.mayPublish('tools.v1.acme.execute')).toBe(false);
  });

  test('that is wrong, expired, revoked, of the platform or bound to an agent is refused', async () => {
    const { text } = await key();
    const soon = await key({ expires_at: new Date(Date.now() + 500).toISOString() });
    const ended = await key();
    await admin.request(routes.revokeApiKey, {}, { tenant: 'acme', key: ended.key.id });
    for (const one of [
      `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`,
      soon.text,
      ended.text,
      (await key({ tenant: '_platform', role: 'operator' })).text,
      (await key({ agent: 'desk' })).text,
    ])
      await expect(enter(one)).rejects.toMatchObject(refused);
    await expect(connect({ servers: servers().natsUrls, tenant: 'acme', apiKey: 'nonsense' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});

describe('a token of the tenant’s issuer', () => {
  test('connects as a key does, and its connection ends when it is signed out', async () => {
    const owner = callWith(gateway.url, (await key({ role: 'owner' })).text);
    const audience = 'urn:patchbay:acme';
    const trust = { issuer: issuer.url, audience, roles: { agents: 'agent' } };
    expect((await owner('PUT', '/v1/issuers', trust)).status).toBe(200);
    const iat = Math.floor(Date.now() / 1_000);
    const said = { iss: issuer.url, aud: audience, sub: 'ada', role: 'agents', jti: 'one', iat };
    const token = await issuer.sign({ ...said, exp: iat + 600 });
    expect((await (await enter(token)).execute('echo')).status).toBe('succeeded');
    await expect(enter(await issuer.sign({ ...said, exp: iat - 20 }))).rejects.toMatchObject(refused);
    await expect(enter(await issuer.sign({ ...said, aud: 'other', exp: iat + 600 }))).rejects.toMatchObject(refused);
    const [client, short] = [await raw(token), await raw(await issuer.sign({ ...said, jti: 'two', exp: iat + 4 }))];
    const at = performance.now();
    await owner('POST', '/v1/issuers/sign-out', { jti: 'one' });
    await client.ended;
    expect(performance.now() - at).toBeLessThan(2_000);
    await short.ended;
    expect(Date.now()).toBeGreaterThanOrEqual((iat + 4) * 1_000 - 1_000);
    await expect(enter(token)).rejects.toMatchObject(refused);
  });
});

describe('a connection by a key', () => {
  test.each(['revoked', 'rotated away', 'of a tenant that is suspended'] as const)(
    'ends within two seconds of its key’s being %s, and cannot come again',
    async (how) => {
      const tenant = how.startsWith('of') ? 'rival' : 'acme';
      const one = await key({ tenant });
      const other = await key();
      const agent = how === 'revoked' ? await enter(one.text) : null;
      const [client, stays] = [await raw(one.text), await raw(other.text)];
      const at = performance.now();
      if (how === 'revoked') await admin.request(routes.revokeApiKey, {}, { tenant, key: one.key.id });
      if (how === 'rotated away')
        await admin.request(
          routes.rotateApiKey,
          {},
          { tenant, key: one.key.id, overlap_ms: 0, recipient: createSealingKeys().publicKey },
        );
      if (how.startsWith('of')) await admin.request(routes.suspendTenant, {}, { tenant, suspended: true });
      await client.ended;
      expect(performance.now() - at).toBeLessThan(2_000);
      // A client of ours comes again by itself, and is not let in.
      if (agent !== null) await gone(agent);
      expect(await stays.mayPublish('tools.v1.acme.list')).toBe(true);
      await expect(rawNats(servers().natsUrls[0] as string, { auth_token: one.text })).rejects.toThrow(
        'Authorization Violation',
      );
      if (how.startsWith('of')) await admin.request(routes.suspendTenant, {}, { tenant, suspended: false });
    },
  );

  test('ends with its key', async () => {
    const endsAt = Date.now() + 2_500;
    const client = await raw((await key({ expires_at: new Date(endsAt).toISOString() })).text);
    await client.ended;
    expect(Date.now()).toBeLessThan(endsAt + 2_000);
  });

  test('is ended by a gateway that was not there when it began', async () => {
    const { text, key: made } = await key();
    const other = (await key()).text;
    const client = await raw(text);
    const third = await runGateway(servers(), 'gateway-3');
    await gateway.stop();
    await second.stop();
    await admin.request(routes.revokeApiKey, {}, { tenant: 'acme', key: made.id });
    await client.ended;
    await third.stop();
    // Nobody is there now whom the server could ask; its own users need nobody.
    await expect(enter(other)).rejects.toMatchObject(refused);
    const own = await servers().connect('agent', 'acme');
    expect(own.connected).toBe(true);
  });
});
