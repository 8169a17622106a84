import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normaliseDocument } from '@patchbay/catalog';
import type { ServiceName } from '@patchbay/contracts';
import { type RunningPatchbay, type StartOptions, startPatchbay } from '@patchbay/launcher';
import { type Admin, type Agent, connect, connectAdmin } from '@patchbay/sdk';
import { type SandboxClient, sandboxClient, startSandbox } from '@patchbay/testkit/sandbox';
import { simpleDocument } from '../system.ts';
import type { Drill } from './drill.ts';
import { machineTenants } from './machine-tenants.ts';

/** The far side of the internet: it outlives machines, and counts effects. */
export interface Upstream {
  readonly url: string;
  readonly sandbox: SandboxClient;
}

export async function startUpstream(drill: Drill): Promise<Upstream> {
  const sandbox = await startSandbox({ documents: [], port: 0 });
  drill.onEnd(() => sandbox.close());
  return { url: sandbox.url, sandbox: sandboxClient(sandbox.url, sandbox.controlToken) };
}

/** The order in which drills start or replace services one by one; they stop in the reverse. */
export const startOrder: readonly ServiceName[] = [
  'audit',
  'vault',
  'registry',
  'webhook-delivery',
  'webhook-ingress',
  'gateway',
  'executor',
];

/** A directory of the drill's own, gone at its end. */
export function scratch(drill: Drill): string {
  const dir = mkdtempSync(join(tmpdir(), 'patchbay-drill-'));
  drill.onEnd(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

type Facts = RunningPatchbay['facts'];

/** Clients of an installation. */
export interface Clients {
  readonly facts: Facts;
  readonly admin: Admin;
  readonly agent: Agent;
  agentOf(tenant: string): Promise<Agent>;
  adminOf(tenant: string): Promise<Admin>;
}

/** One machine with everything on it, in a process of its own. */
export interface Machine extends Clients {
  stop(): Promise<void>;
  /** Kills its processes at once, as a machine that is gone. Clients stay, and reach nothing. */
  lose(): Promise<void>;
  killServer(name: 'redis'): void;
}

/** `databaseUrlFile`: of a PostgreSQL server for the audit database; left out, PGlite has it in the state directory. */
export async function startMachine(
  drill: Drill,
  stateDir: string,
  upstream: Upstream,
  databaseUrlFile = '',
): Promise<Machine> {
  const child = fork(join(import.meta.dirname, 'machine-process.ts'), [stateDir, upstream.url, databaseUrlFile]);
  const ended = once(child, 'exit');
  let running = true;
  const started = await Promise.race([once(child, 'message').then(([message]) => message), ended.then(() => null)]);
  if (started === null) throw new Error('Patchbay did not start.');
  const { facts, servers } = started as { facts: Facts; servers: number[] };
  const clients = await connectClients(facts);
  const finish = async (act: () => void) => {
    if (!running) return;
    running = false;
    act();
    await ended;
  };
  const stop = async () => {
    await clients.close();
    await finish(() => child.kill('SIGTERM'));
  };
  drill.onEnd(stop);
  return {
    ...clients,
    stop,
    // Servers are told in the order that they were started in, Redis last.
    killServer: () => void process.kill(servers.at(-1) as number, 'SIGKILL'),
    lose: () =>
      finish(() => {
        for (const pid of servers) process.kill(pid, 'SIGKILL');
        child.kill('SIGKILL');
      }),
  };
}

/** Patchbay as processes of this one, and clients of it. */
export interface Installation extends Clients {
  readonly patchbay: RunningPatchbay;
  /** Clients first, so that nothing they ask for is left open. */
  stop(): Promise<void>;
}

export async function install(
  drill: Drill,
  stateDir: string,
  upstream: Upstream,
  options: Partial<StartOptions> = {},
): Promise<Installation> {
  const patchbay = await startPatchbay({
    stateDir,
    tenants: machineTenants,
    shape: 'processes',
    executors: 2,
    sandbox: false,
    dialUpstreamAt: upstream.url,
    seedCatalog: false,
    logLevel: 'info',
    ports: { nats: 0, redis: 0, ingress: 0, gateway: 0 },
    ...options,
    variables: {
      ...options.variables,
      audit: {
        // The drill waits for what is stored.
        PATCHBAY_AUDIT_NICENESS: '0',
        PATCHBAY_AUDIT_RECONCILE_AFTER_MS: '20000',
        ...options.variables?.audit,
      },
    },
  });
  const clients = await connectClients(patchbay.facts);
  let running = true;
  const stop = async () => {
    if (!running) return;
    running = false;
    await clients.close();
    await patchbay.stop();
  };
  drill.onEnd(stop);
  return { ...clients, patchbay, stop };
}

async function connectClients(facts: Facts) {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    opened.push(one);
    return one;
  };
  const servers = facts.nats_url;
  // Beside the first tenant's.
  const seedOf = (tenant: string) => facts.agent_credentials.replace(/[^.]+\.nk$/, `${tenant}.nk`);
  const agentOf = async (tenant: string) => keep(await connect({ servers, tenant, credentials: seedOf(tenant) }));
  const adminOf = async (tenant: string) =>
    keep(await connectAdmin({ servers, tenant, credentials: facts.admin_credentials }));
  const clients: Clients = {
    facts,
    agentOf,
    adminOf,
    agent: await agentOf('acme'),
    admin: await adminOf('acme'),
  };
  return {
    ...clients,
    close: async () => {
      await Promise.all(opened.splice(0).map((one) => one.close().catch(() => {})));
    },
  };
}

/** A document with a tool that reads and one that writes, served upstream, and a connection of each tenant. */
export async function publishTools(
  { adminOf }: Clients,
  { sandbox }: Upstream,
  id: string,
  limits?: { readonly requests_per_minute: number; readonly burst_size: number },
): Promise<void> {
  const document = { ...simpleDocument(id), ...(limits !== undefined && { rate_limits: limits }) };
  const normalised = normaliseDocument(document);
  if (!normalised.ok) throw new Error(JSON.stringify(normalised.issues));
  await sandbox.addDocument(normalised.document);
  for (const [index, tenant] of machineTenants.entries()) {
    const admin = await adminOf(tenant);
    if (index === 0) await admin.register({ document });
    await admin.addConnection({
      integration: id,
      credential: { type: 'bearer', token: `token-of-${tenant}-0123456789` },
    });
  }
}
