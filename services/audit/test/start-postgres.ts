import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@patchbay/local-servers';
import { Client } from 'pg';

/** A PostgreSQL server for tests, on loopback, with a directory of its own. */
export interface TestPostgres {
  /** Makes an empty database and returns its URL. */
  createDatabase(): Promise<string>;
  /** Sends a signal to the server and its children: SIGSTOP hangs it, SIGCONT lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Kills the server as a crash would. */
  crash(): Promise<void>;
  /** Starts it again on the same port and directory. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Where PostgreSQL's programs are, or null. */
export function findPostgres(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  return places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres'))) ?? null;
}

/** PostgreSQL refuses to run as root, so root runs it as somebody else. */
function unprivilegedUser(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = ['postgres', 'nobody']
    .map((name) => accounts.find(([candidate]) => candidate === name))
    .find((found) => found !== undefined);
  if (account === undefined) throw new Error('PostgreSQL cannot run as root, and there is no other user to run it as');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** PostgreSQL's children lead sessions of their own, so a signal to the group would miss them. */
function childrenOf(pid: number): number[] {
  return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
}

export async function startPostgres(bin: string): Promise<TestPostgres> {
  const user = unprivilegedUser();
  const base = mkdtempSync(join(tmpdir(), 'audit-postgres-'));
  const data = join(base, 'data');
  const passwordFile = join(base, 'password');
  const password = randomBytes(16).toString('hex');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined) for (const path of [base, passwordFile]) chownSync(path, user.uid, user.gid);
  const settings = { cwd: base, ...user };
  execFileSync(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'patchbay',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ],
    { ...settings, stdio: 'pipe' },
  );
  const port = await freePort();
  const urlOf = (database: string) => `postgres://patchbay:${password}@127.0.0.1:${port}/${database}`;
  let server = await launch();

  async function launch(): Promise<ChildProcess> {
    const options = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
      'shared_buffers=32MB',
    ].flatMap((option) => ['-c', option]);
    const begin = () =>
      spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...options], { ...settings, stdio: 'ignore' });
    let child = begin();
    for (let attempt = 0; ; attempt++) {
      if (attempt > 300) {
        child.kill('SIGKILL');
        throw new Error(`PostgreSQL did not start (exit code ${child.exitCode})`);
      }
      // After a crash it refuses to start until the last of its old children has gone.
      if (child.exitCode !== null) child = begin();
      const client = new Client({ connectionString: urlOf('postgres'), connectionTimeoutMillis: 1_000 });
      try {
        await client.connect();
        await client.end();
        return child;
      } catch {
        await delay(50);
      }
    }
  }

  async function end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal); // SIGINT: PostgreSQL's fast shutdown. Its children notice when it is gone.
    await exited;
  }

  return {
    async createDatabase() {
      const name = `audit_${randomBytes(6).toString('hex')}`;
      const client = new Client({ connectionString: urlOf('postgres') });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return urlOf(name);
    },
    signal(signal) {
      for (const pid of [server.pid as number, ...childrenOf(server.pid as number)]) process.kill(pid, signal);
    },
    crash: () => end('SIGKILL'),
    async restart() {
      server = await launch();
    },
    async stop() {
      await end('SIGINT');
      rmSync(base, { recursive: true, force: true });
    },
  };
}
