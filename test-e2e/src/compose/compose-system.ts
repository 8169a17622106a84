import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seedFileOf } from '@patchbay/local-servers';
import { type Admin, type Agent, connect, connectAdmin } from '@patchbay/sdk';
import { type SandboxClient, sandboxClient } from '@patchbay/testkit/sandbox';
import { vi } from 'vitest';
import type { ComposeStack } from './compose-stack.ts';

/** A stack from outside: whoever uses it, and the sandbox that stands in for vendors. */
export interface ComposeSystem {
  readonly admin: Admin;
  readonly agent: Agent;
  readonly sandbox: SandboxClient;
  /** The first operator's API key. */
  readonly operatorKey: string;
  close(): Promise<void>;
}

export async function connectStack(
  stack: ComposeStack,
  { tenant, natsUrls, sandboxUrl }: { tenant: string; natsUrls: string; sandboxUrl: string },
): Promise<ComposeSystem> {
  // It says on its standard output where it is to be controlled, and with which token.
  const controlToken = await vi.waitFor(
    async () => {
      const said = (await stack.logs('sandbox')).split('\n').find((line) => line.includes('control_token')) ?? '';
      return (JSON.parse(said.slice(said.indexOf('{'))) as { control_token: string }).control_token;
    },
    { timeout: 30_000, interval: 500 },
  );
  const admin = await connectAdmin({ servers: natsUrls, tenant, credentials: seedFileOf(stack.keys, 'admin') });
  const agent = await connect({ servers: natsUrls, tenant, credentials: seedFileOf(stack.keys, 'agent', tenant) });
  return {
    admin,
    agent,
    sandbox: sandboxClient(sandboxUrl, controlToken),
    operatorKey: readFileSync(join(stack.keys.dir, 'operator.key'), 'utf8').trim(),
    async close() {
      await Promise.all([agent.close(), admin.close()]);
    },
  };
}
