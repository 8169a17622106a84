import {
  newId,
  PatchbayError,
  toErrorBody,
  type WarmedIntegration,
  type WarmRequest,
  type WarmResult,
} from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import { beforeDeadline } from './deadline.ts';
import type { BorrowLease, FindTool } from './ports.ts';

/** Sockets of one integration's hosts that are opened at most. */
const maxHosts = 4;

export interface WarmSessionPorts {
  readonly tools: Pick<FindTool, 'find'> & {
    /** Some tool of the integration as the tenant sees it, or null. */
    findOf(tenant: string, integration: string): PreparedTool | null;
  };
  readonly leases: BorrowLease;
  /** Opens a socket; true when one is ready. Never rejects. */
  readonly sockets: { warm(tenant: string, url: string, hosts: readonly string[]): Promise<boolean> };
}

/**
 * Gets ready for calls of these tools: borrows the credential of each integration and opens sockets to its hosts, all at
 * once and within the deadline. What is late goes on behind the answer. Never throws.
 */
export function createWarmSession(
  ports: WarmSessionPorts,
): (tenant: string, request: WarmRequest, receivedAt: number) => Promise<WarmResult> {
  return async (tenant, request, receivedAt) => {
    const { groups, missing } = toolsByIntegration(ports.tools, tenant, request);
    const deadlineAt = receivedAt + request.deadline_ms;
    const integrations = await Promise.all(
      [...groups].map(([integration, tools]) =>
        warmIntegration(ports, tenant, integration, tools, request.connection, deadlineAt),
      ),
    );
    integrations.sort((a, b) => (a.integration < b.integration ? -1 : 1));
    return { integrations, missing };
  };
}

function toolsByIntegration(tools: WarmSessionPorts['tools'], tenant: string, request: WarmRequest) {
  const groups = new Map<string, PreparedTool[]>();
  const missing: string[] = [];
  const add = (name: string, tool: PreparedTool | null): void => {
    if (tool === null) missing.push(name);
    else groups.set(tool.integration, [...(groups.get(tool.integration) ?? []), tool]);
  };
  for (const name of new Set(request.tools)) add(name, tools.find(tenant, name, undefined));
  for (const name of new Set(request.integrations)) add(name, tools.findOf(tenant, name));
  return { groups, missing };
}

async function warmIntegration(
  { leases, sockets }: WarmSessionPorts,
  tenant: string,
  integration: string,
  tools: readonly PreparedTool[],
  connection: string | undefined,
  deadlineAt: number,
): Promise<WarmedIntegration> {
  const startedAt = performance.now();
  const hosts: { host: string; ready: boolean }[] = [];
  const warming = (async () => {
    // The schemas are compiled at their first use: let that be now.
    for (const tool of tools) tool.validateArguments({});
    const lease = tools.some((tool) => tool.needsConnection)
      ? await leases.borrow({ tenant, integration, connection, executionId: newId('execution') })
      : null;
    const variables = lease?.variables ?? {};
    const [first] = tools as [PreparedTool];
    const allowed = first.hostsFor(variables);
    const urls = new Set(tools.flatMap((tool) => [...tool.baseUrlsFor(variables)]));
    await Promise.all(
      [...urls].slice(0, maxHosts).map(async (url) => {
        const entry = { host: new URL(url).host, ready: false };
        hosts.push(entry);
        entry.ready = await sockets.warm(tenant, url, allowed);
      }),
    );
    if (hosts.some(({ ready }) => !ready)) throw new PatchbayError('upstream_unreachable');
  })();
  let error: WarmedIntegration['error'] = null;
  try {
    await beforeDeadline(warming, deadlineAt, new AbortController().signal);
  } catch (caught) {
    error = toErrorBody(caught);
  }
  // A copy: what is late must not change an answer that was given.
  const seen = hosts.map((host) => ({ ...host }));
  return { integration, ready: error === null, hosts: seen, took_ms: Math.round(performance.now() - startedAt), error };
}
