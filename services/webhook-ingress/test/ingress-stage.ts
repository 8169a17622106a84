import type { Messaging } from '@patchbay/messaging';
import { type SuiteHooks, serversForSuite, type TestServers } from '@patchbay/testkit';
import { type FakeVault, startFakeVault } from './fake-vault.ts';
import { runIngress, type TestIngress } from './running-ingress.ts';

/** An ingress, and those around it. */
export interface IngressStage {
  readonly servers: TestServers;
  readonly ingress: TestIngress;
  readonly admin: Messaging;
  /** May read the stream, as the delivery of webhooks may. */
  readonly reader: Messaging;
  readonly vault: FakeVault;
}

/** An ingress for a whole test file, with real servers and a vault in memory. */
export function ingressForSuite(hooks: SuiteHooks, tenants: readonly string[] = ['acme']): () => IngressStage {
  const servers = serversForSuite(hooks, { tenants });
  let stage: IngressStage | null = null;
  hooks.beforeAll(async () => {
    stage = {
      servers: servers(),
      vault: await startFakeVault(await servers().connect('vault')),
      admin: await servers().connect('admin'),
      reader: await servers().connect('webhook-delivery'),
      ingress: await runIngress(servers(), 'ingress-1'),
    };
  });
  // Registered first, run last: the servers end after it.
  hooks.afterAll(async () => {
    await stage?.ingress.stop();
  });
  return () => {
    if (stage === null) throw new Error('the ingress starts in beforeAll: ask for it inside a test');
    return stage;
  };
}
