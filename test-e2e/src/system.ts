import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadShipped } from '@patchbay/catalog';
import { ensureDemoConnections, type RunningPatchbay, type StartOptions, startPatchbay } from '@patchbay/launcher';
import { seedFileOf } from '@patchbay/local-servers';
import { type Admin, type Agent, connect, connectAdmin } from '@patchbay/sdk';
import { fewIntegrations, scanForCanaries } from '@patchbay/testkit';
import { type SandboxClient, sandboxClient } from '@patchbay/testkit/sandbox';
import { within } from './within.ts';

/** The specification's single-tool document, to the letter. */
export const singleToolText =
  '{"id":"slack_post_message","name":"Post to Slack","category":"communication","description":"Posts a message to a Slack channel","auth_type":"oauth2","base_url":"https://slack.com/api","endpoints":{"post_message":{"method":"post","path":"/chat.postMessage","parameters":{"channel":{"type":"string","required":true},"text":{"type":"string","required":true},"thread_ts":{"type":"string","required":false}}}},"rate_limits":{"requests_per_minute":60,"burst_size":10},"timeout":5000,"retry_config":{"max_attempts":3,"backoff":"exponential"}}';

/** The whole of Patchbay, from the outside. */
export interface System {
  readonly patchbay: RunningPatchbay;
  readonly admin: Admin;
  readonly agent: Agent;
  readonly sandbox: SandboxClient;
  readonly stateDir: string;
  agentOf(tenant: string): Promise<Agent>;
  /** Another secret that nothing may be found of after `stop`. */
  noteSecret(value: string): void;
  /** Ends it, and fails if a credential given to it stands in anything it left: logs, streams, rows. */
  stop(): Promise<void>;
}

/** The admin, noting every secret that goes into a connection or a webhook source. */
function noteSecrets(admin: Admin, secrets: string[]): Admin {
  const { sources } = admin.webhooks;
  return {
    ...admin,
    webhooks: {
      ...admin.webhooks,
      sources: {
        ...sources,
        add(source) {
          secrets.push(...secretsOf(source.secret));
          return sources.add(source);
        },
        addSecret(source, secret, options) {
          secrets.push(...secretsOf(secret));
          return sources.addSecret(source, secret, options);
        },
      },
    },
    addConnection(connection) {
      for (const value of secretsOf(connection.credential)) secrets.push(value);
      return admin.addConnection(connection);
    },
  };
}

/** Texts long enough to be nothing else: a name such as `demo` would be found by chance. */
function secretsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= 20 ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsOf) : [];
}

/** For tests that call over NATS alone: the doors' processes would take a fifth of the time that a system takes to start. */
export const noDoors = ['gateway', 'webhook-ingress', 'webhook-delivery'] as const;

/** What a test may say of its system. */
export type SystemOptions = Partial<
  Pick<
    StartOptions,
    | 'shape'
    | 'executors'
    | 'ingresses'
    | 'tenants'
    | 'seedCatalog'
    | 'integrationsDir'
    | 'serviceNatsUrl'
    | 'serviceRedisUrl'
    | 'serviceUpstreamUrl'
    | 'maxStreamBytes'
    | 'natsServers'
    | 'natsRouteVia'
    | 'readyTimeoutMs'
    | 'leaveOut'
    | 'variables'
  >
>;

/** Less than the limit of a hook, for whoever does not give services longer. */
const startTimeoutMs = 100_000;

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const said = ['the system did not start'];
  return within(
    startTimeoutMs + (options.readyTimeoutMs ?? 0),
    () => said.join('; '),
    start(options, (line) => said.push(line)),
  );
}

async function start(options: SystemOptions, onProgress: (line: string) => void): Promise<System> {
  const stateDir = mkdtempSync(join(tmpdir(), 'patchbay-e2e-'));
  const patchbay = await startPatchbay({
    onProgress,
    stateDir,
    tenants: ['acme', 'rival'],
    shape: 'one_process',
    executors: 1,
    sandbox: true,
    seedCatalog: fewIntegrations,
    sandboxCatalog: fewIntegrations,
    logLevel: 'info',
    ports: { nats: 0, redis: 0, sandbox: 0, ingress: 0, gateway: 0 },
    ...options,
    ...(options.seedCatalog === true && { sandboxCatalog: true }),
    variables: {
      ...options.variables,
      // Tests wait for what is stored, on a machine that has no time left for what gives way.
      audit: { PATCHBAY_AUDIT_NICENESS: '0', ...options.variables?.audit },
    },
  });
  const { facts, keys } = patchbay;
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    opened.push(one);
    return one;
  };
  const agentOf = async (tenant: string) =>
    keep(await connect({ servers: facts.nats_url, tenant, credentials: seedFileOf(keys, 'agent', tenant) }));
  const secrets: string[] = [];
  const adminOf = async (tenant: string) =>
    noteSecrets(
      keep(await connectAdmin({ servers: facts.nats_url, tenant, credentials: facts.admin_credentials })),
      secrets,
    );
  const admin = await adminOf('acme');
  await ensureDemoConnections(admin, await loadShipped(options.seedCatalog ?? fewIntegrations));
  return {
    patchbay,
    admin,
    agent: await agentOf('acme'),
    sandbox: sandboxClient(facts.sandbox_url as string, readFileSync(facts.sandbox_control_token as string, 'utf8')),
    stateDir,
    agentOf,
    noteSecret: (value) => void secrets.push(value),
    async stop() {
      await Promise.all(opened.map((one) => one.close()));
      await patchbay.stop();
      const leaks = await scanForCanaries([stateDir], secrets);
      rmSync(stateDir, { recursive: true, force: true });
      if (leaks.length > 0) throw new Error(`credentials were left behind: ${JSON.stringify(leaks)}`);
    },
  };
}

/** A document of one tool that posts JSON, with as many reads and writes as the test names. */
export function simpleDocument(id: string, version = '1.0.0', over: { burst?: number; path?: string } = {}) {
  const tool = (key: string, risk: 'read' | 'write') => ({
    title: key,
    description: `The ${key} tool of the ${id} integration, for tests.`,
    risk,
    request: { method: 'POST', path: `${over.path ?? ''}/${key}`, body: 'json' },
    parameters: { number: { type: 'integer', required: true }, note: { type: 'string' } },
    examples: [{ arguments: { number: 1 }, response: { status: 200, body: { ok: true, from: `${id} ${version}` } } }],
  });
  return {
    id,
    name: id,
    version,
    category: 'other',
    description: `The ${id} integration, for tests.`,
    base_url: `https://${id.replaceAll('_', '-')}.example.com/v${version.split('.')[0]}`,
    auth: { type: 'bearer' },
    tools: { look: tool('look', 'read'), book: tool('book', 'write') },
  } as const;
}

/** Registers a document, lets the sandbox serve it, and gives the tenant a connection. */
export async function publish(
  { admin, sandbox }: Pick<System, 'admin' | 'sandbox'>,
  document: { readonly id: string },
): Promise<void> {
  const { normaliseDocument } = await import('@patchbay/catalog');
  const normalised = normaliseDocument(document);
  if (!normalised.ok) throw new Error(JSON.stringify(normalised.issues));
  await sandbox.addDocument(normalised.document);
  await admin.register({ document });
  if ((await admin.listConnections(document.id)).length === 0)
    await admin.addConnection({
      integration: document.id,
      credential: { type: 'bearer', token: `token-of-${document.id}-0123456789` },
    });
}
