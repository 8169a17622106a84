import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** Nobody but this machine is let in. */
const fixed = ['listen_addresses=127.0.0.1', 'unix_socket_directories='];

export interface PostgresServer {
  /** Of its empty database, with the password of the one user that there is. */
  readonly url: string;
  /** Ends it, and what it stored is gone. */
  stop(): Promise<void>;
}

/**
 * A PostgreSQL server of this machine's own programs, on loopback, in a directory that goes with it: for rehearsals and measurements. It
 * syncs to disk as one that counts does. `settings` are more of its own, such as `shared_buffers=1GB`.
 * @throws Error when there are no programs, or it does not start.
 */
export async function startPostgresServer(settings: readonly string[] = []): Promise<PostgresServer> {
  const bin = findPrograms();
  const user = unprivilegedUser();
  const base = mkdtempSync(join(tmpdir(), 'patchbay-postgres-'));
  const data = join(base, 'data');
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(base, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined) for (const path of [base, passwordFile]) chownSync(path, user.uid, user.gid);
  const own = { cwd: base, ...user };
  const cluster = ['-D', data, '-U', 'patchbay', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  execFileSync(join(bin, 'initdb'), [...cluster, '-E', 'UTF8', '--locale=C'], { ...own, stdio: 'pipe' });
  const port = await freePort();
  const options = [...fixed, ...settings].flatMap((setting) => ['-c', setting]);
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...options], {
    ...own,
    stdio: 'ignore',
  });
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      const exited = once(server, 'exit');
      server.kill('SIGINT');
      await exited;
    }
    rmSync(base, { recursive: true, force: true });
  };
  for (let attempt = 0; ; attempt++) {
    try {
      execFileSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)], { stdio: 'pipe' });
      break;
    } catch {
      if (attempt > 300 || server.exitCode !== null) {
        await stop();
        throw new Error('PostgreSQL did not start');
      }
      await delay(100);
    }
  }
  return { url: `postgres://patchbay:${password}@127.0.0.1:${port}/postgres`, stop };
}

function findPrograms(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [
    ...versions.map((version) => join(debian, version, 'bin')),
    '/usr/local/pgsql/bin',
    '/usr/local/bin',
    '/usr/bin',
  ];
  const found = places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')));
  if (found === undefined) throw new Error('There is no PostgreSQL server on this machine: install postgresql.');
  return found;
}

/** PostgreSQL refuses to run as root, so root runs it as somebody else. */
function unprivilegedUser(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (account === undefined) throw new Error('PostgreSQL cannot run as root, and there is no other user to run it as.');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}
