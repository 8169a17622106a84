import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { privateDirectory } from './key-file.ts';
import { pingRedis } from './redis-ping.ts';
import { type ServerExit, type ServerProcess, ServerStartError, startServerProcess } from './server-process.ts';

export interface RedisServerOptions {
  /** The server's own directory, made if missing: `redis-server.conf`, `redis-server.log`. */
  readonly dir: string;
  /** From `findBinary('redis-server', …)`. */
  readonly binary: string;
  /** Taken if free, else a free one. Default 6379. */
  readonly port?: number;
  /** Bytes of data; beyond it writes are refused and nothing is evicted. Default 256 MiB. */
  readonly maxMemoryBytes?: number;
  /** Default 30,000. */
  readonly readyTimeoutMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL. Default 5,000. */
  readonly stopTimeoutMs?: number;
  /** Called when the server ends without `stop` having been called. */
  readonly onExit?: (exit: ServerExit) => void;
}

export interface RedisServer extends Omit<ServerProcess, 'exited'> {
  /** `redis://:<password>@127.0.0.1:<port>`: a secret as a whole. */
  readonly url: string;
  readonly port: number;
  readonly logFile: string;
}

const host = '127.0.0.1';
/** Between looking for a free port and listening on it, another process can take it. */
const portAttempts = 5;

/**
 * Starts a real redis-server on loopback under a fresh password. It keeps nothing on disk: what Patchbay holds there can
 * be rebuilt, and an eviction would quietly forget a counter or a lock, so there is none.
 * @throws ServerStartError, AlreadyRunningError
 */
export async function startRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  privateDirectory(options.dir);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(attempt === 1 ? (options.port ?? 6379) : undefined);
    try {
      return await startOn(port, options);
    } catch (error) {
      if (!(error instanceof ServerStartError && error.portTaken) || attempt === portAttempts) throw error;
    }
  }
}

async function startOn(port: number, options: RedisServerOptions): Promise<RedisServer> {
  const { dir } = options;
  const password = randomBytes(32).toString('hex');
  const configFile = join(dir, 'redis-server.conf');
  const logFile = join(dir, 'redis-server.log');
  writeFileSync(
    configFile,
    renderRedisConfig({ port, password, dir, maxMemoryBytes: options.maxMemoryBytes ?? 256 * 1024 ** 2 }),
    { mode: 0o600 },
  );
  const server = await startServerProcess({
    name: 'redis-server',
    binary: options.binary,
    args: [configFile],
    dir,
    logFile,
    // Only ours knows the password.
    isReady: () => pingRedis(host, port, password),
    readyTimeoutMs: options.readyTimeoutMs ?? 30_000,
    stopTimeoutMs: options.stopTimeoutMs ?? 5_000,
    ...(options.onExit && { onExit: options.onExit }),
  });
  return {
    url: `redis://:${password}@${host}:${port}`,
    port,
    pid: server.pid,
    logFile,
    stop: server.stop,
    kill: server.kill,
  };
}

/** The configuration of a redis-server that holds rebuildable state only. */
function renderRedisConfig(options: { port: number; password: string; dir: string; maxMemoryBytes: number }): string {
  return [
    `bind ${host}`,
    `port ${options.port}`,
    'protected-mode yes',
    `requirepass ${options.password}`,
    `dir ${JSON.stringify(options.dir)}`,
    'daemonize no',
    'save ""',
    'appendonly no',
    `maxmemory ${options.maxMemoryBytes}`,
    'maxmemory-policy noeviction',
    'loglevel notice',
    '',
  ].join('\n');
}
