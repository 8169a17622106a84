import { events, type IntegrationDocument, type RegistryChanged } from '@patchbay/contracts';
import type { Admin, Agent } from '@patchbay/sdk';
import type { SandboxClient } from '@patchbay/testkit/sandbox';
import { ensureDemoConnections } from './demo-tenant.ts';

/** Keeps the sandbox and the demo tenant's connections in step with the registry. */
export interface RegistryFollower {
  /** Settles when every change heard so far was followed. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface FollowOptions {
  readonly admin: Admin;
  readonly agent: Agent;
  readonly sandbox: Pick<SandboxClient, 'addDocument'>;
  /** Integrations that the sandbox knows already. */
  readonly known: ReadonlySet<string>;
  readonly onError: (integration: string, error: unknown) => void;
}

/**
 * Lets the sandbox serve whatever is registered, and gives the demo tenant a made-up connection for it, so that a tool
 * of one's own can be called as soon as it is published. For development only; what was registered before is followed first.
 */
export async function followRegistry({
  admin,
  agent,
  sandbox,
  known,
  onError,
}: FollowOptions): Promise<RegistryFollower> {
  let work: Promise<void> = Promise.resolve();
  const follow = (integration: string, load: () => Promise<IntegrationDocument>) => {
    work = work
      .then(async () => {
        const document = await load();
        await sandbox.addDocument(document);
        await ensureDemoConnections(admin, [document]);
      })
      .catch((error) => onError(integration, error));
  };
  const onChange = ({ scope, integration, version, change }: RegistryChanged) => {
    if (change === 'registered' && integration !== null && version !== null)
      follow(integration, async () => (await admin.integration(integration, { scope, version })).document);
  };
  const subscription = admin.messaging.subscribeEvent(events.registryChanged, {}, onChange);
  await admin.messaging.flush();
  const { tools } = await agent.tools.list({ limit: 1_000 });
  for (const integration of new Set(tools.map((tool) => tool.integration))) {
    if (!known.has(integration)) follow(integration, () => anyScope(admin, integration, agent.tenant));
  }
  return {
    settled: () => work,
    async stop() {
      subscription.unsubscribe();
      await work;
    },
  };
}

/** A tenant's own document goes before the platform's of the same id. */
async function anyScope(admin: Admin, integration: string, tenant: string): Promise<IntegrationDocument> {
  try {
    return (await admin.integration(integration, { scope: tenant })).document;
  } catch {
    return (await admin.integration(integration)).document;
  }
}
