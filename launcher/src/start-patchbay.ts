import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ShippedChoice } from '@patchbay/catalog';
import { buckets, durables, inboxPrefixOf, type ServiceName, streams } from '@patchbay/contracts';
import {
  ensureIdentityKeys,
  findBinary,
  freePort,
  type LocalKeys,
  type NatsServer,
  seedFileOf,
  startRedisServer,
} from '@patchbay/local-servers';
import { connectMessaging } from '@patchbay/messaging';
import { readSecretFile, stopInOrder } from '@patchbay/service-kit';
import { type DatabasePlace, telemetryEnvironment } from './config.ts';
import { ensureOperatorKey, operatorKeyFile } from './ensure-operator-key.ts';
import { hostAsProcess } from './host-as-process.ts';
import { hostInProcess } from './host-in-process.ts';
import type { HostedService } from './hosted-service.ts';
import { gatewayUrl, type Installation, serviceEnvironment, webhooksUrl } from './service-environment.ts';
import { SpoolPlaces } from './spool-places.ts';
import { type LocalNats, startNats } from './start-nats.ts';
import { type LocalSandbox, startLocalSandbox } from './start-sandbox.ts';
import {
  type DevFacts,
  openStateDirectory,
  removeDevFacts,
  runningPid,
  type StateDirectory,
  writeDevFacts,
  writeSecret,
} from './state-directory.ts';

export interface StartOptions {
  readonly stateDir: string;
  /** The first is the one that `dev.json` names. */
  readonly tenants: readonly string[];
  readonly shape: 'one_process' | 'processes';
  readonly executors: number;
  /** Default 1. Of several each is sent its share of the connections to the one port. */
  readonly ingresses?: number;
  /** Executors call the sandbox instead of the real hosts. */
  readonly sandbox: boolean;
  /** Another origin that executors dial every upstream at; for benches. */
  readonly dialUpstreamAt?: string;
  /** Which integrations of the catalogue that ships with Patchbay are registered. */
  readonly seedCatalog: ShippedChoice;
  /** Which of them the sandbox serves. Default: those that are registered; all, if none are. */
  readonly sandboxCatalog?: ShippedChoice;
  /** A folder whose files are integrations, made where it is not there. Default: none is watched. */
  readonly integrationsDir?: string;
  /** As `PATCHBAY_MCP_COMMANDS` of an executor. Default none. */
  readonly mcpCommands?: string;
  readonly logLevel: string;
  /** Default: PGlite in the state directory. */
  readonly database?: DatabasePlace;
  /** Age at which messages of stream `AUDIT` go. Left out: never. */
  readonly auditStreamDays?: number;
  /** Take these ports if free; others are found otherwise. 0 takes any. */
  readonly ports?: {
    readonly nats?: number;
    readonly redis?: number;
    readonly sandbox?: number;
    readonly ingress?: number;
    readonly gateway?: number;
  };
  readonly onProgress?: (line: string) => void;
  /** Where services reach NATS, from its own URL; tests put a capturing proxy between. */
  readonly serviceNatsUrl?: (url: string) => Promise<string>;
  /** Where executors reach Redis and their upstream, from the real URLs; tests put a failing proxy between. */
  readonly serviceRedisUrl?: (url: string) => Promise<string>;
  readonly serviceUpstreamUrl?: (url: string) => Promise<string>;
  /** NATS servers, default 1. Of three, JetStream goes on without one. */
  readonly natsServers?: number;
  /** Where one of them reaches the routes of another, from their port; tests put failing proxies between. */
  readonly natsRouteVia?: (from: number, to: number, port: number) => Promise<number>;
  /** Most bytes that streams may take on disk; tests fill it. */
  readonly maxStreamBytes?: number;
  /** Services that are not started: a test that has nothing for them need not wait for their processes. */
  readonly leaveOut?: readonly ('gateway' | 'webhook-ingress' | 'webhook-delivery')[];
  /** Further variables of a service's processes. */
  readonly variables?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Node's own options for a service's processes; benches have them write a profile. */
  readonly nodeArguments?: Partial<Record<ServiceName, readonly string[]>>;
  /** Milliseconds until each service must be ready, where each is a process. */
  readonly readyTimeoutMs?: number;
  /** A part ended by itself. */
  readonly onLost?: (line: string) => void;
}

/** The whole of Patchbay on one machine. */
export interface RunningPatchbay {
  readonly facts: DevFacts;
  readonly state: StateDirectory;
  readonly keys: LocalKeys;
  /** The first of them. */
  readonly nats: NatsServer;
  readonly natsServers: readonly NatsServer[];
  readonly redisPid: number;
  readonly sandbox: LocalSandbox | null;
  readonly services: readonly HostedService[];
  /** Adds a process of a service to those that run, or takes the place of one that was killed. */
  addService(service: ServiceName, variables?: Readonly<Record<string, string>>): Promise<HostedService>;
  /** Drains services in reverse order, then the servers. */
  stop(): Promise<void>;
}

/** Patchbay runs on this state already. */
export class AlreadyUpError extends Error {}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Starts servers, services and sandbox, and resolves when all of them answer. What was started is stopped on failure. */
export async function startPatchbay(options: StartOptions): Promise<RunningPatchbay> {
  const state = openStateDirectory(options.stateDir);
  const pid = runningPid(state);
  if (pid !== null) throw new AlreadyUpError(`Patchbay is already running on ${options.stateDir} (process ${pid}).`);
  const undo: (() => Promise<unknown> | unknown)[] = [];
  try {
    return await startAll(options, state, undo);
  } catch (error) {
    await stopInOrder(undo.reverse())().catch(() => {});
    throw error;
  }
}

async function startAll(
  options: StartOptions,
  state: StateDirectory,
  undo: (() => Promise<unknown> | unknown)[],
): Promise<RunningPatchbay> {
  const say = (line: string) => options.onProgress?.(line);
  const lost = (line: string) => options.onLost?.(line);
  const keys = ensureIdentityKeys(state.keys, options.tenants);
  const tenant = options.tenants[0] as string;

  const [natsBinary, redisBinary] = [findBinary('nats-server', root), findBinary('redis-server', root)];
  const [nats, redis, sandbox] = (await allOrNone(
    [
      startNats({
        dir: state.nats,
        binary: natsBinary,
        keys,
        ...(options.ports?.nats !== undefined && { port: options.ports.nats }),
        ...(options.maxStreamBytes !== undefined && { maxFileBytes: options.maxStreamBytes }),
        ...(options.natsServers !== undefined && { size: options.natsServers }),
        ...(options.natsRouteVia !== undefined && { routeVia: options.natsRouteVia }),
        onExit: () => lost('nats-server ended'),
      }),
      startRedisServer({
        dir: state.redis,
        binary: redisBinary,
        ...(options.ports?.redis !== undefined && { port: options.ports.redis }),
        onExit: () => lost('redis-server ended'),
      }),
      options.sandbox
        ? startLocalSandbox({
            separate: options.shape === 'processes',
            logDir: state.logs,
            port: options.ports?.sandbox ?? 4010,
            catalogue: options.sandboxCatalog ?? (options.seedCatalog === false ? true : options.seedCatalog),
            onExit: () => lost('the sandbox ended'),
          })
        : null,
    ].map((starting) => keepUndo(starting as Promise<{ stop(): Promise<void> } | null>, undo)),
  )) as [LocalNats, Awaited<ReturnType<typeof startRedisServer>>, LocalSandbox | null];
  say(
    `nats-server on ${nats.urls.join(', ')}, redis-server on port ${redis.port}${sandbox === null ? '' : `, sandbox on ${sandbox.url}`}`,
  );

  const madeAnew = await provisionStreams(nats, keys, options.auditStreamDays ?? 0);
  if (madeAnew.length > 0) say(`Made anew, as the end of their streams was lost: the readers ${madeAnew.join(', ')}`);
  const installation: Installation = {
    state,
    keys,
    natsUrls: await Promise.all(nats.urls.map((url) => through(options.serviceNatsUrl, url))),
    redisUrlFile: writeSecret(state, 'redis.url', await through(options.serviceRedisUrl, redis.url)),
    sandboxUrl:
      sandbox === null ? (options.dialUpstreamAt ?? null) : await through(options.serviceUpstreamUrl, sandbox.url),
    database: options.database ?? { url: `pglite:${state.database}` },
    logLevel: options.logLevel,
    seedCatalog: options.seedCatalog,
    oneProcess: options.shape === 'one_process',
    integrationsDir: options.integrationsDir ?? null,
    mcpCommands: options.mcpCommands ?? '',
    sharedIngressPort: (options.ingresses ?? 1) > 1,
    ingressPort: await freePort(options.ports?.ingress ?? 7_720),
    gatewayPort: await freePort(options.ports?.gateway ?? 7_700),
  };
  if (options.integrationsDir !== undefined) mkdirSync(options.integrationsDir, { recursive: true });
  const started: Partial<Record<ServiceName, number>> = {};
  const services: HostedService[] = [];
  const spools = new SpoolPlaces();
  const addService: RunningPatchbay['addService'] = async (service, variables = {}) => {
    const number = (started[service] ?? 0) + 1;
    started[service] = number;
    const instance = `${service}-${number}`;
    const place = spools.take(service);
    const env = {
      ...telemetryEnvironment(),
      ...serviceEnvironment(installation, service, instance, place),
      ...options.variables?.[service],
      ...variables,
    };
    const starting =
      options.shape === 'one_process'
        ? hostInProcess(service, instance, env)
        : hostAsProcess(service, {
            entry: join(root, 'services', service, 'src', 'main.ts'),
            instance,
            env,
            logDir: state.logs,
            nodeArguments: options.nodeArguments?.[service] ?? [],
            ...(options.readyTimeoutMs !== undefined && { readyTimeoutMs: options.readyTimeoutMs }),
            onExit: (name, detail) => lost(`${name} ended (${detail})`),
          });
    spools.hold(place, starting);
    const hosted = await starting;
    services.push(hosted);
    undo.push(() => hosted.stop());
    return hosted;
  };
  const leftOut: ReadonlySet<ServiceName> = new Set(options.leaveOut);
  await allOrNone([
    ...(['audit', 'vault', 'registry', 'webhook-ingress', 'webhook-delivery', 'gateway'] as const)
      .filter((one) => !leftOut.has(one))
      .map((one) => addService(one)),
    ...Array.from({ length: options.executors }, () => addService('executor')),
    ...Array.from({ length: (options.ingresses ?? 1) - 1 }, () => addService('webhook-ingress')),
  ]);
  say(
    `services: ${services
      .map(({ instance }) => instance)
      .sort()
      .join(', ')} (${options.shape === 'one_process' ? 'one process' : 'a process each'})`,
  );

  // The gateway keeps keys.
  const operatorKey = leftOut.has('gateway')
    ? operatorKeyFile(keys)
    : await ensureOperatorKey({ natsUrls: nats.urls, keys, tenants: keys.tenants });
  const facts: DevFacts = {
    nats_url: nats.urls.join(','),
    tenant,
    agent_credentials: seedFileOf(keys, 'agent', tenant),
    admin_credentials: seedFileOf(keys, 'admin'),
    auditor_credentials: seedFileOf(keys, 'auditor', tenant),
    gateway_url: gatewayUrl(installation.gatewayPort),
    operator_key: operatorKey,
    webhooks_url: webhooksUrl(installation.ingressPort),
    sandbox_url: sandbox?.url ?? null,
    sandbox_control_token: sandbox === null ? null : writeSecret(state, 'sandbox.token', sandbox.controlToken),
    pid: process.pid,
    started_at: new Date().toISOString(),
    shape: options.shape,
    executors: options.executors,
  };
  writeDevFacts(state, facts);
  undo.push(() => removeDevFacts(state));
  let stopping: Promise<void> | null = null;
  // The order of starting, reversed: nothing loses what it leans on before it has drained.
  return {
    facts,
    state,
    keys,
    nats: nats.servers[0],
    natsServers: nats.servers,
    redisPid: redis.pid,
    sandbox,
    services,
    addService,
    // Made when asked for, so that executors added since are among them.
    stop: () => (stopping ??= stopInOrder([...undo].reverse())()),
  };
}

/** Waits for all even when one fails, so that whoever undoes finds everything that was started. */
async function allOrNone<T>(starting: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(starting);
  return Promise.all(starting);
}

function through(detour: ((url: string) => Promise<string>) | undefined, url: string): Promise<string> {
  return detour === undefined ? Promise.resolve(url) : detour(url);
}

async function keepUndo<T extends { stop(): Promise<void> } | null>(
  starting: Promise<T> | T,
  undo: (() => Promise<unknown> | unknown)[],
): Promise<T> {
  const started = await starting;
  if (started !== null) undo.push(() => started.stop());
  return started;
}

/** `auditDays`: 0 keeps the messages of stream `AUDIT` for ever. Gives the durables that were ahead of their streams, and are made anew. */
async function provisionStreams(
  { urls, replicas }: LocalNats,
  keys: LocalKeys,
  auditDays: number,
): Promise<readonly string[]> {
  const messaging = await connectMessaging({
    servers: urls,
    seed: readSecretFile(seedFileOf(keys, 'provisioner')),
    name: 'provisioner',
    inboxPrefix: inboxPrefixOf('provisioner'),
  });
  try {
    return await messaging.provision({
      streams: Object.values({ ...streams, audit: { ...streams.audit, maxAgeMs: auditDays * 86_400_000 } }),
      buckets: Object.values(buckets),
      durables,
      replicas,
      storage: 'file',
    });
  } finally {
    await messaging.close();
  }
}
