import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadCatalog } from '@patchbay/catalog';
import { IntegrationDocument, type IntegrationDocumentInput } from '@patchbay/contracts';
import { connect, connectAdmin } from '@patchbay/sdk';
import { type CaptureProxy, canary, scanForCanaries, startCaptureProxy, startOtlpReceiver } from '@patchbay/testkit';
import { exampleConnection } from '@patchbay/testkit/sandbox';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { startSystem } from './system.ts';

const filesUnder = (dir: string): string[] =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });

const bytes = (name: string, content: string | Buffer) => ({ name, bytes: Buffer.from(content) });

/** Of a vendor that wants its credential in the body of every request. */
const embodied = IntegrationDocument.parse({
  id: 'embodied',
  name: 'Embodied',
  version: '1.0.0',
  category: 'other',
  description: 'Takes its credential in the body.',
  base_url: 'https://embodied.example',
  auth: { type: 'custom', body: { client_id: '{client_id}', 'auth.secret': '{secret}' } },
  tools: {
    add: {
      title: 'Add',
      description: 'Adds a name. Returns its id.',
      risk: 'write',
      request: { method: 'POST', path: '/names' },
      parameters: { name: { type: 'string', required: true } },
      examples: [{ arguments: { name: 'Ada' }, response: { status: 200, body: { id: 'n1' } } }],
    },
  },
} satisfies IntegrationDocumentInput);

test('no credential is found anywhere after use: not in logs, traces, on the bus, in Redis, streams, rows, errors or records', async () => {
  const secrets: string[] = [];
  const answers: unknown[] = [];
  // Every service speaks through the first proxy, so that leases on their way to executors are captured too.
  let services: CaptureProxy | undefined;
  const collector = await startOtlpReceiver();
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '200' };
  const system = await startSystem({
    shape: 'processes',
    executors: 2,
    seedCatalog: true,
    variables: { registry: traced, executor: traced, vault: traced, audit: traced },
    serviceNatsUrl: async (natsUrl) => {
      services = await startCaptureProxy(Number(new URL(natsUrl).port), { maxBytes: 256 * 1024 * 1024 });
      return services.url();
    },
  });
  const { facts } = system.patchbay;
  const capture = await startCaptureProxy(Number(new URL(facts.nats_url).port));
  const url = capture.url();
  const admin = await connectAdmin({ servers: url, tenant: 'acme', credentials: facts.admin_credentials });
  const agent = await connect({ servers: url, tenant: 'acme', credentials: facts.agent_credentials });
  let redisDump: string[] = [];
  try {
    await admin.register({ document: embodied });
    await system.sandbox.addDocument(embodied);
    for (const document of [...(await loadCatalog()), embodied]) {
      const { credential, variables } = exampleConnection(document, () => {
        secrets.push(canary());
        return secrets.at(-1) as string;
      });
      if (credential === null) continue;
      answers.push(
        await admin.addConnection({
          integration: document.id,
          variables,
          makeDefault: true,
          credential,
        }),
      );
      // One tool of each, called and shown: how a credential goes out is the document's, not the tool's.
      const [key = '', tool] = Object.entries(document.tools)[0] ?? [];
      for (const example of tool?.examples.slice(0, 1) ?? [])
        answers.push(
          await agent.execute(`${document.id}_${key}`, example.arguments),
          await agent.execute(`${document.id}_${key}`, example.arguments, { dryRun: true }),
        );
    }
    // Failures tell more than successes: the upstream echoes what it was sent, breaks off, refuses the credential.
    for (const behaviour of [
      { kind: 'status', status: 401, body: { error: 'bad token' } },
      { kind: 'status', status: 500 },
      { kind: 'drop', at: 'mid_body' },
      { kind: 'lie', as: 'broken_json' },
    ] as const) {
      const remove = await system.sandbox.behave({ do: behaviour });
      answers.push(await agent.execute('slack_lookup_user', { email: 'ada@example.com' }, { deadlineMs: 1_000 }));
      await remove();
    }
    answers.push(await admin.listConnections(), await admin.queryAudit({ limit: 1_000 }));
    const added = await system.sandbox.requests({ tool: 'embodied_add' });
    expect(added.map(({ verdict, issues }) => ({ verdict, issues }))).toEqual([{ verdict: 'accepted', issues: [] }]);
    answers.push(await system.sandbox.requests(), await system.sandbox.violations());
    const redis = new Redis(readFileSync(join(system.patchbay.state.run, 'redis.url'), 'utf8'));
    redisDump = (
      await Promise.all((await redis.keys('*')).map(async (key) => [key, (await redis.get(key)) ?? '']))
    ).flat();
    redis.disconnect();
  } finally {
    await Promise.all([admin.close(), agent.close()]);
    await system.patchbay.stop();
  }
  expect(secrets.length).toBeGreaterThanOrEqual(5);
  expect(redisDump.length).toBeGreaterThan(0);
  const between = services as CaptureProxy;
  expect(between.missedBytes).toBe(0);
  const bus = [...capture.captured(), ...between.captured()].flatMap(({ toServer, toClient }) => [toServer, toClient]);
  expect(capture.missedBytes).toBe(0);
  expect(Buffer.concat(bus).includes('tools.v1.acme.execute')).toBe(true);
  expect(Buffer.concat(bus).includes('svc.vault.v1.lease')).toBe(true);
  expect(Buffer.concat(bus).includes('"sealed":')).toBe(true);
  // Spans of executions, of their attempts and of the leases went to the collector, and metrics.
  expect(collector.spans().map(({ service }) => service)).toEqual(
    expect.arrayContaining(['patchbay-executor', 'patchbay-vault']),
  );
  expect(collector.points().length).toBeGreaterThan(0);
  const files = filesUnder(system.stateDir);
  // The scan sees what was stored: JetStream blocks, rows and logs are among the files.
  expect(files.filter((path) => /jetstream.*\.blk$/.test(path)).length).toBeGreaterThan(0);
  expect(files.filter((path) => /postgres/.test(path)).length).toBeGreaterThan(0);
  expect(files.filter((path) => /\.log$/.test(path)).length).toBeGreaterThan(3);
  const hits = await scanForCanaries(
    [
      system.stateDir,
      bytes('bus', Buffer.concat(bus)),
      bytes('answers', JSON.stringify(answers)),
      bytes('redis', redisDump.join('\n')),
      bytes('telemetry', collector.raw()),
    ],
    secrets,
  );
  expect(hits).toEqual([]);
  // The scan can find one: a planted secret is seen.
  expect(
    await scanForCanaries([bytes('planted', `x${Buffer.from(secrets[0] as string).toString('base64')}`)], secrets),
  ).toHaveLength(1);
  await capture.stop();
  await between.stop();
  await collector.stop();
  await system.stop();
}, 180_000);
