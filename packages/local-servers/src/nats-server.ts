import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { natsServerEnvironment } from './config.ts';
import { freePort } from './free-port.ts';
import type { LocalKeys } from './identity-keys.ts';
import { privateDirectory } from './key-file.ts';
import { readFrom, sizeOf } from './log-tail.ts';
import { type NatsClusterConfig, type NatsConfigOptions, renderNatsConfig } from './nats-config.ts';
import { readGreeting } from './nats-greeting.ts';
import { type ServerExit, type ServerProcess, ServerStartError, startServerProcess } from './server-process.ts';

/** Whom a server lets in: its own users, and whom the callout knows if it has one. */
export type ServerKeys = Pick<LocalKeys, 'identities'> & Partial<Pick<LocalKeys, 'callout'>>;

export interface NatsServerOptions {
  /** The server's own directory, made if missing: `nats-server.conf`, `nats-server.log`, `jetstream/`. */
  readonly dir: string;
  /** From `findBinary('nats-server', …)`. */
  readonly binary: string;
  /** Whom it lets in. */
  readonly keys: ServerKeys;
  /** Taken if free, else a free one. Default 4222. */
  readonly port?: number;
  /** Finds the ports; tests find one that is taken. */
  readonly findPort?: typeof freePort;
  /** Serves monitoring over HTTP on this loopback port. Default: none. */
  readonly monitorPort?: number;
  /** What its name begins with; a tag of `dir` follows. Default `patchbay`. */
  readonly serverName?: string;
  /** Bytes that streams may take on disk. Default 10 GiB. */
  readonly maxFileBytes?: number;
  /** Default 256 MiB. */
  readonly maxMemoryBytes?: number;
  /** When writes reach the disk: `always` before each acknowledgement, else an interval such as `2m`. Default `2m`. */
  readonly syncInterval?: string;
  /** Default 4 MiB. */
  readonly maxPayloadBytes?: number;
  readonly cluster?: NatsClusterConfig;
  /** Milliseconds to wait for the server to greet. Default 30,000: a large store takes a while to recover. */
  readonly readyTimeoutMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL. Default 10,000. */
  readonly stopTimeoutMs?: number;
  /** Called when the server ends without `stop` having been called. */
  readonly onExit?: (exit: ServerExit) => void;
}

export interface NatsServer extends Omit<ServerProcess, 'exited'> {
  /** `nats://127.0.0.1:<port>`; holds no secret. */
  readonly url: string;
  readonly port: number;
  readonly logFile: string;
  /**
   * Lets these identities in, and no others, without dropping connections; with a callout, none that it did not start with.
   * @throws Error when the server refuses.
   */
  reload(keys: Pick<LocalKeys, 'identities'>): Promise<void>;
}

const host = '127.0.0.1';
/** Between looking for a free port and listening on it, another process can take it. */
const portAttempts = 5;

/**
 * Starts a real nats-server with JetStream on loopback, and resolves when it greets clients.
 * @throws ServerStartError when it exits or stays silent; AlreadyRunningError when another process runs one on `dir`.
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  privateDirectory(options.dir);
  for (let attempt = 1; ; attempt++) {
    const port = await (options.findPort ?? freePort)(attempt === 1 ? (options.port ?? 4222) : undefined);
    try {
      return await startOn(port, options);
    } catch (error) {
      if (!(error instanceof ServerStartError && error.portTaken) || attempt === portAttempts) throw error;
    }
  }
}

async function startOn(port: number, options: NatsServerOptions): Promise<NatsServer> {
  const { dir } = options;
  const serverName = serverNameOf(options);
  const configFile = join(dir, 'nats-server.conf');
  const logFile = join(dir, 'nats-server.log');
  const unasked = options.keys.identities.map(({ publicKey }) => publicKey);
  const writeConfig = ({ identities }: Pick<LocalKeys, 'identities'>) => {
    const config = configOptions(port, logFile, identities, unasked, options);
    writeFileSync(configFile, renderNatsConfig(config), { mode: 0o600 });
  };
  writeConfig(options.keys);
  const server = await startServerProcess({
    name: 'nats-server',
    binary: options.binary,
    args: ['--config', configFile],
    env: natsServerEnvironment(),
    dir,
    logFile,
    // The name shows that it is this server that answers, and not one of ours or a stranger's that took the port first.
    isReady: async () => (await readGreeting(host, port))?.server_name === serverName,
    readyTimeoutMs: options.readyTimeoutMs ?? 30_000,
    stopTimeoutMs: options.stopTimeoutMs ?? 10_000,
    ...(options.onExit && { onExit: options.onExit }),
  });
  return {
    url: `nats://${host}:${port}`,
    port,
    pid: server.pid,
    logFile,
    stop: server.stop,
    kill: server.kill,
    async reload(keys) {
      if (options.keys.callout !== undefined && keys.identities.some(({ publicKey }) => !unasked.includes(publicKey)))
        throw new Error('nats-server learns of new NKeys at its start only; meanwhile an API key lets a new tenant in');
      writeConfig(keys);
      const from = sizeOf(logFile);
      if (!server.kill('SIGHUP')) throw new Error('nats-server is not running, so it cannot take a new configuration');
      await reloadReported(logFile, from);
    },
  };
}

/** The same for a directory whenever it is started, because a cluster knows its members by name; no two share one. */
function serverNameOf({ serverName = 'patchbay', dir }: NatsServerOptions): string {
  return `${serverName}-${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 12)}`;
}

function configOptions(
  port: number,
  logFile: string,
  identities: LocalKeys['identities'],
  unasked: readonly string[],
  options: NatsServerOptions,
): NatsConfigOptions {
  return {
    serverName: serverNameOf(options),
    host,
    port,
    logFile,
    storeDir: options.dir,
    maxFileBytes: options.maxFileBytes ?? 10 * 1024 ** 3,
    maxMemoryBytes: options.maxMemoryBytes ?? 256 * 1024 ** 2,
    syncInterval: options.syncInterval ?? '2m',
    maxPayloadBytes: options.maxPayloadBytes ?? 4 * 1024 ** 2,
    identities,
    ...(options.keys.callout !== undefined && { callout: { ...options.keys.callout, unasked } }),
    ...(options.monitorPort !== undefined && { monitor: `${host}:${options.monitorPort}` }),
    ...(options.cluster !== undefined && { cluster: options.cluster }),
  };
}

/** The server tells only its log whether it took the new configuration. */
async function reloadReported(logFile: string, from: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const news = readFrom(logFile, from);
    if (/Reloaded server configuration/.test(news)) return;
    const refusal = /Failed to reload server configuration: (.*)/.exec(news)?.[1];
    if (refusal !== undefined) throw new Error(`nats-server refused the new configuration: ${refusal}`);
    await delay(10);
  }
  throw new Error('nats-server did not say within 10 s whether it took the new configuration');
}
