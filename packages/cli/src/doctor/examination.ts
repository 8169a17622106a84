import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ExecutorStatus, queueGroupOf, routes, type ServiceName, ServiceReport } from '@patchbay/contracts';
import { readServers, type ServersReport } from '@patchbay/messaging';
import type { Admin } from '@patchbay/sdk';
import {
  checkout,
  findFacts,
  type GlobalOptions,
  isAlive,
  type LocalFacts,
  resolveTarget,
  type Target,
} from '../config.ts';
import { connectOperator } from '../context.ts';
import { failureOf, NotRunningError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';
import { NotSeen } from './check.ts';
import { isLoopback } from './loopback.ts';

/** What says where to look. */
export interface DoctorOptions extends GlobalOptions {
  /** The directory that `lay-out` made, or its `operator`. */
  readonly installation?: string;
  /** File with the seed of the servers' system account. */
  readonly systemKey?: string;
  /** Where clients reach the API. */
  readonly api?: string;
}

/** A process of a service, as it answers. */
export interface ServiceProcess {
  readonly service: ServiceName;
  readonly id: string;
  readonly version: string;
  /** Its name in logs; its id where it does not say. */
  readonly name: string;
  /** Null: it does not say what it is, as versions before 0.1 do not. */
  readonly report: ServiceReport | null;
  /** Of executors. */
  readonly load: ExecutorStatus | null;
  /** Ours in Unix milliseconds, when the answer came at the latest. */
  readonly receivedAt: number;
}

/** What checks look at. Everything is fetched once, when a check first asks. @throws NotSeen what is out of reach. */
export interface Examination {
  readonly io: CliIo;
  readonly options: DoctorOptions;
  /** Null when no dev.json is found. */
  readonly facts: LocalFacts | null;
  /** Where keys and logs of an installation on this machine should be. */
  readonly stateDir: string;
  /** The directory of an installation that was laid out; null: none was named. */
  readonly installationDir: string | null;
  /** Whether there is a living Patchbay of `npm start` on this machine. */
  readonly runsHere: boolean;
  target(identity: 'agent' | 'admin'): Target;
  admin(): Promise<Admin>;
  services(): Promise<readonly ServiceProcess[]>;
  servers(): Promise<ServersReport>;
  /** Whether anything of it can be reached from other machines, or it calls itself production. */
  exposed(): Promise<boolean>;
  close(): Promise<void>;
}

/** Services that there should be. */
export const expectedServices: readonly ServiceName[] = [
  ...new Set(Object.values(routes).map(({ owner }) => owner)),
].sort();

/** Milliseconds for processes to answer; longer where some did not, which a busy machine may be the reason of. */
const gatherMs = [1_000, 5_000] as const;

export function openExamination(io: CliIo, options: DoctorOptions): Examination {
  const facts = findFacts(io);
  const stateDir =
    facts?.stateDir ??
    (io.env.PATCHBAY_STATE_DIR ? resolve(io.cwd, io.env.PATCHBAY_STATE_DIR) : join(checkout, '.patchbay'));
  const installationDir = options.installation === undefined ? null : resolve(io.cwd, options.installation);
  const globals = { ...options, ...(installationDir !== null && ofInstallation(installationDir, options)) };
  const target = (identity: 'agent' | 'admin') => resolveTarget(globals, io, identity);
  const admin = once(async () => {
    try {
      return await connectOperator(target('admin'));
    } catch (cause) {
      throw cause instanceof NotRunningError
        ? nowhere()
        : new NotSeen('the operator’s key does not connect', { cause });
    }
  });
  const services = once(async () => servicesOf(await admin()));
  const servers = once(async () => {
    const seedFile = systemKeyOf(io, options, installationDir, facts);
    if (seedFile === null) throw new NotSeen('needs the key of the servers’ system account: name it with --system-key');
    const report = await askServers(seedFile, () => target('admin').servers);
    // A server that lets anybody in takes the key for nobody's.
    if (report.servers.length === 0) throw new NotSeen('no nats-server answers in the system account');
    return report;
  });
  return {
    io,
    options,
    facts,
    stateDir,
    installationDir,
    runsHere: facts !== null && isAlive(facts),
    target,
    admin,
    services,
    servers,
    exposed: once(async () => {
      const processes = await services().catch(() => []);
      const listening = await servers().catch(() => null);
      return (
        processes.some(
          ({ report }) => report?.mode === 'production' || report?.doors.some(({ host }) => !isLoopback(host)),
        ) ||
        (listening?.servers.some(({ listens }) => !isLoopback(listens.replace(/:\d+$/, ''))) ?? false)
      );
    }),
    async close() {
      await (await admin.begun()?.catch(() => null))?.close();
    },
  };
}

function once<T>(fetch: () => Promise<T>): (() => Promise<T>) & { begun(): Promise<T> | null } {
  let fetched: Promise<T> | null = null;
  const get = () => {
    fetched ??= fetch();
    return fetched;
  };
  return Object.assign(get, { begun: () => fetched });
}

async function askServers(seedFile: string, servers: () => readonly string[]): Promise<ServersReport> {
  try {
    return await readServers({
      servers: servers(),
      seed: readFileSync(seedFile, 'utf8'),
      name: 'patchbay-doctor',
    });
  } catch (error) {
    if (error instanceof NotRunningError) throw nowhere();
    throw new NotSeen(`the servers’ system account cannot be asked: ${failureOf(error).error.message}`);
  }
}

function nowhere(): NotSeen {
  return new NotSeen('nothing says where Patchbay is');
}

async function servicesOf(admin: Admin): Promise<ServiceProcess[]> {
  let processes: ServiceProcess[] = [];
  for (const timeoutMs of gatherMs) {
    processes = await gather(admin, timeoutMs);
    const complete = expectedServices.every((service) => processes.some((one) => one.service === service));
    if (complete && processes.every(({ report }) => report !== null)) break;
  }
  return processes;
}

async function gather({ messaging }: Admin, timeoutMs: number): Promise<ServiceProcess[]> {
  const [found, ...told] = await Promise.all([
    messaging.discoverServices({ timeoutMs }),
    ...expectedServices.map((service) => messaging.serviceStatus(queueGroupOf(service), { timeoutMs })),
  ]);
  const receivedAt = Date.now();
  return expectedServices.flatMap((service, index) =>
    found
      .filter(({ name }) => name === queueGroupOf(service))
      .map(({ id, version }) => {
        const said = told[index]?.get(id) as { report?: unknown } | undefined;
        const report = ServiceReport.safeParse(said?.report).data ?? null;
        const load = ExecutorStatus.safeParse(said).data ?? null;
        return { service, id, version, name: report?.instance ?? id, report, load, receivedAt };
      }),
  );
}

/** What an operator's directory adds to what was said: its key, and a tenant where none is named. */
function ofInstallation(dir: string, options: GlobalOptions): GlobalOptions {
  const seed = [join(dir, 'admin.seed'), join(dir, 'operator', 'admin.seed')].find((path) => existsSync(path));
  const tenants = join(dir, 'tenants');
  const tenant = existsSync(tenants) ? readdirSync(tenants).sort()[0] : undefined;
  return {
    ...(options.credentials === undefined && seed !== undefined && { credentials: seed }),
    ...(options.tenant === undefined && { tenant: tenant ?? 'demo' }),
  };
}

function systemKeyOf(
  io: CliIo,
  options: DoctorOptions,
  installationDir: string | null,
  facts: LocalFacts | null,
): string | null {
  if (options.systemKey !== undefined) return resolve(io.cwd, options.systemKey);
  const places = [
    ...(installationDir === null
      ? []
      : [join(installationDir, 'system.seed'), join(installationDir, 'operator', 'system.seed')]),
    // A server that was named is another one than this state's.
    ...(facts === null || options.nats !== undefined ? [] : [join(facts.stateDir, 'keys', 'nkeys', 'system.nk')]),
  ];
  return places.find((path) => existsSync(path)) ?? null;
}
