import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadShipped } from '@patchbay/catalog';
import { Role } from '@patchbay/contracts';
import { ensureDemoConnections, type RunningPatchbay, startPatchbay } from '@patchbay/launcher';
import { connectAdmin } from '@patchbay/sdk';
import type { FuzzTerms, Visitor } from './fuzz-request.ts';
import type { Mark } from './judge.ts';
import { type Described, readDescription, type Schema } from './openapi-types.ts';

const own = 'acme';
const foreign = 'rival';
/** What the fuzz may suspend. */
const spare = 'spare';
const integrations = ['slack', 'hubspot', 'stripe'];

export interface FuzzStage extends Omit<FuzzTerms, 'seed'> {
  readonly patchbay: RunningPatchbay;
  readonly url: string;
  readonly marks: readonly Mark[];
  stop(): Promise<void>;
}

/**
 * A whole Patchbay with the sandbox, in this process or in processes of its own: keys of every role of one tenant, another tenant,
 * and things of both that bear their tenant's mark.
 */
export async function startFuzzStage(
  stateDir: string,
  { shape = 'one_process' }: { readonly shape?: 'one_process' | 'processes' } = {},
): Promise<FuzzStage> {
  const patchbay = await startPatchbay({
    stateDir,
    tenants: [own, foreign],
    shape,
    executors: 1,
    sandbox: true,
    seedCatalog: integrations,
    sandboxCatalog: integrations,
    logLevel: 'info',
    ports: { nats: 0, redis: 0, sandbox: 0, ingress: 0, gateway: 0 },
    variables: {
      gateway: {
        PATCHBAY_GATEWAY_REQUESTS_PER_MINUTE: '10000000',
        PATCHBAY_GATEWAY_BURST: '1000000',
        // A busy machine is no reason to turn a request away unread.
        PATCHBAY_GATEWAY_MAX_LAG_MS: '0',
      },
    },
  });
  try {
    return await furnish(patchbay);
  } catch (error) {
    await patchbay.stop();
    throw error;
  }
}

async function furnish(patchbay: RunningPatchbay): Promise<FuzzStage> {
  const { facts, state } = patchbay;
  const url = facts.gateway_url;
  const operator = readFileSync(join(state.keys, 'operator.key'), 'utf8').trim();
  const as = (key: string, tenant?: string) => askerOf(url, key, tenant);
  await as(operator)('POST', '/v1/tenants', { tenant: spare });
  const visitors: Visitor[] = [];
  const known: Record<string, string[]> = { integration: integrations, tenant: [spare], toolset: [], name: [] };
  const marks: Mark[] = [];
  for (const tenant of [own, foreign]) {
    // Never sent by the fuzz: whoever is told it was told the tenant's own data.
    const mark = `${tenant}-mark-5d2c81f4`;
    marks.push({ tenant, text: mark });
    const platform = as(operator, tenant);
    for (const role of tenant === own ? Role.options : (['owner'] as const)) {
      const made = await platform('POST', '/v1/keys', { name: `${mark} ${role}`, role });
      visitors.push({ name: `${role} of ${tenant}`, key: made.secret, tenant, weight: role === 'owner' ? 4 : 2 });
    }
    const admin = await connectAdmin({ servers: facts.nats_url, tenant, credentials: facts.admin_credentials });
    await ensureDemoConnections(admin, await loadShipped(integrations));
    await admin.close();
    const made = await plant(platform, mark, facts.webhooks_url);
    // Ids of both: the one's are there, the other's must not be.
    for (const [name, ids] of Object.entries(made)) known[name] = [...(known[name] ?? []), ...ids];
  }
  const revoked = await as(operator, own)('POST', '/v1/keys', { name: 'revoked', role: 'owner' });
  await as(operator, own)('DELETE', `/v1/keys/${revoked.key.id}`);
  visitors.push(
    { name: 'nobody', key: null, tenant: 'nobody', weight: 1 },
    { name: 'a key that ended', key: revoked.secret, tenant: 'nobody', weight: 1 },
    { name: 'the platform', key: operator, tenant: null, names: own, weight: 3 },
  );
  const { items } = await as(operator, own)('GET', '/v1/tools?limit=1000');
  const names = (items as { name: string }[]).map(({ name }) => name);
  const tools = await schemasOf(as(operator, own), names);
  return {
    patchbay,
    url,
    description: await describe(url),
    visitors,
    known: { ...known, name: names, tool: names, tools: names },
    tools,
    marks,
    stop: () => patchbay.stop(),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: documents of a running system
type Ask = (method: string, path: string, body?: unknown) => Promise<any>;

function askerOf(url: string, key: string, tenant?: string): Ask {
  return async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(tenant !== undefined && { 'patchbay-tenant': tenant }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 400)}`);
    return JSON.parse(text);
  };
}

/** Things of a tenant that bear its mark, one of each kind that REST reads back; their ids by the names that paths have for them. */
async function plant(ask: Ask, mark: string, hooks: string | undefined): Promise<Record<string, string[]>> {
  const key = await ask('POST', '/v1/keys', { name: `${mark} spare`, role: 'agent', agent: mark });
  const connection = await ask('POST', '/v1/connections', {
    integration: 'slack',
    credential: { type: 'bearer', token: `xoxb-${mark}-secret` },
    label: mark,
  });
  const source = await ask('POST', '/v1/webhooks/sources', { name: mark, mode: 'capture' });
  const subscription = await ask('POST', '/v1/webhooks/subscriptions', {
    name: mark,
    types: [mark],
    target: { kind: 'http', url: `https://hooks.example.com/${mark}`, headers: { 'x-own': mark } },
  });
  // Ids and names are sent, so that they are not the mark.
  const toolset = `set-of-${mark.split('-')[0]}`;
  await ask('PUT', `/v1/toolsets/${toolset}`, { title: mark, tools: ['slack_post_message'] });
  const run = await ask('POST', '/v1/tools/slack_post_message/execute', {
    arguments: { channel: '#general', text: mark },
    context: { session: mark, end_user: mark },
  });
  const submitted = await ask('POST', '/v1/submissions', {
    execute: { tool: 'slack_post_message', arguments: { channel: '#general', text: mark }, context: { session: mark } },
  });
  const { items } = await ask('GET', `/v1/audit/events?limit=5`);
  if (hooks !== undefined) await fetch(`${hooks}/hooks/${source.id}`, { method: 'POST', body: mark }).catch(() => {});
  return {
    key: [key.key.id],
    connection: [connection.id],
    source: [source.id],
    subscription: [subscription.subscription.id],
    toolset: [toolset],
    execution: [run.execution_id],
    execution_id: [run.execution_id],
    submission: [submitted.submission_id],
    event_id: (items as { id: string }[]).map(({ id }) => id),
    session: [`session-${mark.length}`],
  };
}

async function schemasOf(ask: Ask, names: readonly string[]): Promise<Record<string, Schema>> {
  const { tools } = await ask('POST', '/v1/tools/describe', { tools: names.slice(0, 60), format: 'anthropic' });
  return Object.fromEntries(
    (tools as { name: string; input_schema: Schema }[]).map((tool) => [tool.name, tool.input_schema]),
  );
}

async function describe(url: string): Promise<Described> {
  return readDescription(await (await fetch(`${url}/openapi.json`)).json());
}
