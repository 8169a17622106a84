import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceName } from '@patchbay/contracts';
import { type RunningPatchbay, type StartOptions, startPatchbay } from '@patchbay/launcher';
import { type Admin, connectAdmin } from '@patchbay/sdk';
import { startModule } from './processes.ts';
import { profilingArguments, readProfile } from './profile.ts';
import { benchDocument } from './work.ts';

/** Patchbay with each service a process of its own, and an upstream that every call is dialled at. */
export interface Bench {
  readonly patchbay: RunningPatchbay;
  readonly upstream: ChildProcess;
  readonly upstreamUrl: string;
  /** Removed at the end. */
  readonly dir: string;
  /** Ended at the end: put further processes here. */
  readonly children: ChildProcess[];
  /** Of servers and services, by name; several executors count together as `executor`, `executor-2`, … */
  pids(): Record<string, number>;
  /** Does something as the operator, over a connection of its own. */
  asAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T>;
  /** Starts a driver process (`driver.ts`) for one kind of call. */
  startDriver(kind: string, ...args: string[]): Promise<ChildProcess>;
  /** Ends the service that is `profiled`, and says where its time went in the `seconds` before. */
  endProfiled(seconds: number): Promise<string[]>;
  stop(): Promise<void>;
}

export interface BenchOptions {
  readonly executors?: number;
  /** Of several each takes its share of the webhooks. Default 1. */
  readonly ingresses?: number;
  /** Milliseconds after which the upstream answers. Default 0. */
  readonly upstreamDelayMs?: number;
  /** One that is running and goes on afterwards. Default: one of the bench's own. */
  readonly upstream?: { readonly child: ChildProcess; readonly url: string };
  /** Default: one, `bench`. Each has a connection to the bench integration. */
  readonly tenants?: readonly string[];
  /** Further variables of a service's processes. */
  readonly variables?: StartOptions['variables'];
  /** Node's own options for the processes of services. */
  readonly nodeArguments?: StartOptions['nodeArguments'];
  /** A service whose process writes a profile. */
  readonly profiled?: ServiceName;
}

/** The far side of the calls, which answers after so many milliseconds, but for a share of faults if it has any (`faults-of.ts`). */
export async function startUpstream(
  delayMs: number,
  { share = 0, seed = 1 }: { readonly share?: number; readonly seed?: number } = {},
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const { child, first } = await startModule<{ port: number }>('upstream.ts', [delayMs, share, seed].map(String));
  return { child, url: `http://127.0.0.1:${first.port}` };
}

export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'patchbay-bench-'));
  const children: ChildProcess[] = [];
  const upstream = options.upstream ?? (await startUpstream(options.upstreamDelayMs ?? 0));
  if (options.upstream === undefined) children.push(upstream.child);
  const upstreamUrl = upstream.url;
  const tenants = options.tenants ?? ['bench'];
  const patchbay = await startPatchbay({
    stateDir: join(dir, 'state'),
    tenants,
    shape: 'processes',
    executors: options.executors ?? 1,
    ingresses: options.ingresses ?? 1,
    sandbox: false,
    dialUpstreamAt: upstreamUrl,
    seedCatalog: false,
    logLevel: 'warn',
    // Starting is not measured, and a busy machine shall not keep a run that takes long from beginning.
    readyTimeoutMs: 600_000,
    ports: { nats: 0, redis: 0, ingress: 0, gateway: 0 },
    ...(options.variables !== undefined && { variables: options.variables }),
    nodeArguments: {
      ...options.nodeArguments,
      ...(options.profiled !== undefined && { [options.profiled]: profilingArguments(join(dir, 'profile')) }),
    },
  });
  const { facts } = patchbay;
  const asAdminOf = async <T>(tenant: string, work: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = await connectAdmin({ servers: facts.nats_url, tenant, credentials: facts.admin_credentials });
    try {
      return await work(admin);
    } finally {
      await admin.close();
    }
  };
  const asAdmin: Bench['asAdmin'] = (work) => asAdminOf(facts.tenant, work);
  await asAdmin((admin) => admin.register({ document: benchDocument }));
  for (const tenant of tenants)
    await asAdminOf(tenant, (admin) =>
      admin.addConnection({ integration: 'bench', credential: { type: 'bearer', token: 'bench-credential' } }),
    );
  return {
    patchbay,
    upstream: upstream.child,
    upstreamUrl,
    dir,
    children,
    asAdmin,
    pids() {
      const pids: Record<string, number> = { nats: patchbay.nats.pid, redis: patchbay.redisPid };
      for (const { service, pid } of patchbay.services) {
        let name: string = service;
        for (let n = 2; name in pids; n++) name = `${service}-${n}`;
        pids[name] = pid as number;
      }
      return pids;
    },
    async startDriver(kind, ...args) {
      const place = [facts.nats_url, facts.tenant, facts.agent_credentials];
      const { child } = await startModule('driver.ts', [kind, ...(args.length > 0 ? args : place)]);
      children.push(child);
      return child;
    },
    async endProfiled(seconds) {
      const asked = performance.now();
      await patchbay.services.find(({ service }) => service === options.profiled)?.stop();
      return readProfile(join(dir, 'profile'), seconds, (performance.now() - asked) / 1_000);
    },
    async stop() {
      for (const child of children) child.kill();
      await patchbay.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
