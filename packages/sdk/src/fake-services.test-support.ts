import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExecutionResult, type Identity, newId, type ServiceName } from '@patchbay/contracts';
import type { AnyEndpoint, ServedEndpoints } from '@patchbay/messaging';
import type { TestServers } from '@patchbay/testkit';

/** Serves endpoints in a service's place on real NATS, as its identity. */
export async function serveAs(
  servers: TestServers,
  service: ServiceName,
  ...endpoints: AnyEndpoint[]
): Promise<ServedEndpoints> {
  const messaging = await servers.connect(service);
  return messaging.serve({ name: service, version: '0.1.0', description: 'test' }, endpoints);
}

/** The path of a file with an identity's seed. */
export function credentialsFile(servers: TestServers, identity: Identity, tenant?: string): string {
  const path = join(servers.dir, `${identity}-${tenant ?? 'all'}.seed`);
  writeFileSync(path, `${servers.seedOf(identity, tenant)}\n`, { mode: 0o600 });
  return path;
}

export function resultOf(over: Partial<ExecutionResult> = {}): ExecutionResult {
  return {
    execution_id: newId('execution'),
    status: 'succeeded',
    output: { ok: true },
    error: null,
    truncated: false,
    tokens: 0,
    replayed: false,
    attempts: 1,
    tool: 'slack_post_message',
    version: '1.0.0',
    timing: { total_ms: 2, upstream_ms: 1, overhead_ms: 1 },
    ...over,
  };
}
