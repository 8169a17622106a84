import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@patchbay/contracts';
import type { HostedService } from '@patchbay/launcher';
import { seedFileOf } from '@patchbay/local-servers';
import { type Agent, connect } from '@patchbay/sdk';
import { connectHttp } from '@patchbay/sdk/http';
import { type FaultProxy, startFaultProxy } from '@patchbay/testkit';
import { publish, type System, startSystem } from '../../system.ts';
import { matrixDocument } from './document.ts';
import { NatsNodes } from './nats-nodes.ts';

/** Patchbay on three NATS servers, with whatever lies between its parts, and the parts themselves, at a fault's mercy. */
export interface Stage {
  readonly system: System;
  readonly nodes: NatsNodes;
  /** Over NATS, through `links.agents`. */
  readonly agent: Agent;
  /** Over HTTP, through the gateway. */
  readonly httpAgent: Agent;
  readonly links: {
    /** Between services and each NATS server. */
    readonly services: readonly FaultProxy[];
    /** Between agents and each NATS server. */
    readonly agents: readonly FaultProxy[];
    /** Between executors and Redis. */
    readonly redis: FaultProxy;
    /** Between executors and the sandbox. */
    readonly upstream: FaultProxy;
    /** Between NATS servers: the first dials the second. */
    readonly routes: readonly { readonly from: number; readonly to: number; readonly proxy: FaultProxy }[];
  };
  /** Processes of the service that live, oldest first. */
  living(service: ServiceName): HostedService[];
  /** Processes that a fault ended, or is expected to: no other may end while the stage is up. */
  readonly meantToEnd: Set<HostedService>;
  /** Heals everything, ends everything, and fails if a credential was left behind anywhere. */
  stop(): Promise<void>;
}

/** How many there are of each whose processes faults befall. */
const processes = { nats: 3, executor: 3, vault: 2, audit: 1, registry: 1, gateway: 1 } as const;
/** A machine with much else to do takes minutes to start all of them. */
const readyTimeoutMs = 300_000;
const clock = fileURLToPath(new URL('../stepped-clock.mjs', import.meta.url));

/** Milliseconds that each service's clock steps by when it is told to; those of two services that deal with times disagree. */
const clockSteps: Partial<Record<ServiceName, number>> = {
  executor: 600_000,
  vault: -600_000,
  audit: 600_000,
  registry: -600_000,
};

export async function startStage(seed: number): Promise<Stage> {
  const opened: FaultProxy[] = [];
  const proxy = async (port: number) => {
    const one = await startFaultProxy(port, { seed: seed + opened.length });
    opened.push(one);
    return one;
  };
  const through = async (url: string, keep: (one: FaultProxy) => void) => {
    const changed = new URL(url);
    const one = await proxy(Number(changed.port));
    keep(one);
    changed.port = String(one.port);
    // The URL class gives http an end slash that an origin does not have.
    return changed.href.replace(/\/$/, '');
  };
  const services: FaultProxy[] = [];
  const routes: { from: number; to: number; proxy: FaultProxy }[] = [];
  // Before the servers choose ports of their own, which these would otherwise take from under them.
  const idle = await Promise.all(Array.from({ length: processes.nats * (processes.nats - 1) }, () => proxy(0)));
  let redis: FaultProxy | undefined;
  let upstream: FaultProxy | undefined;
  const system = await startSystem({
    shape: 'processes',
    executors: processes.executor,
    seedCatalog: false,
    natsServers: processes.nats,
    readyTimeoutMs,
    natsRouteVia: async (from, to, port) => {
      const one = idle.pop() as FaultProxy;
      one.setTarget(port);
      routes.push({ from, to, proxy: one });
      return one.port;
    },
    serviceNatsUrl: (url) => through(url, (one) => services.push(one)),
    serviceRedisUrl: (url) => through(url, (one) => (redis = one)),
    serviceUpstreamUrl: (url) => through(url, (one) => (upstream = one)),
    variables: variablesOf(),
  });
  for (let vaults = 1; vaults < processes.vault; vaults++) await system.patchbay.addService('vault');
  await publish(system, matrixDocument);
  const { facts, keys } = system.patchbay;
  const agents = await Promise.all(system.patchbay.natsServers.map(({ port }) => proxy(port)));
  const agent = await connect({
    servers: agents.map((one) => one.url('nats')),
    tenant: facts.tenant,
    credentials: seedFileOf(keys, 'agent', facts.tenant),
  });
  const { secret } = await system.admin.keys.create({ name: 'matrix', role: 'agent' });
  system.noteSecret(secret);
  const httpAgent = await connectHttp({ url: facts.gateway_url, apiKey: secret });
  const nodes = new NatsNodes(system);
  const living = (service: ServiceName) =>
    system.patchbay.services.filter((one) => one.service === service && !one.ended);
  return {
    system,
    nodes,
    agent,
    httpAgent,
    links: { services, agents, redis: redis as FaultProxy, upstream: upstream as FaultProxy, routes },
    living,
    meantToEnd: new Set(),
    async stop() {
      await Promise.all(opened.map((one) => one.heal()));
      try {
        await Promise.all([agent.close(), httpAgent.close()]);
        await system.stop();
      } finally {
        nodes.end();
        await Promise.all(opened.map((one) => one.stop()));
        rmSync(system.stateDir, { recursive: true, force: true });
      }
    },
  };
}

function variablesOf(): Partial<Record<ServiceName, Record<string, string>>> {
  const stepped = Object.entries(clockSteps).map(([service, stepMs]) => [
    service,
    { NODE_OPTIONS: `--import=${clock}`, PATCHBAY_TEST_CLOCK_STEP_MS: String(stepMs) },
  ]);
  const variables = Object.fromEntries(stepped) as Record<string, Record<string, string>>;
  return {
    ...variables,
    audit: {
      ...variables.audit,
      // Storing audit events must not starve behind what the faults cost: the verdict waits for it.
      PATCHBAY_AUDIT_NICENESS: '0',
      // As long as three of the longest deadlines here, so that the verdict need not wait three minutes.
      PATCHBAY_AUDIT_RECONCILE_AFTER_MS: '10000',
    },
  };
}
