import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RedisServer, startRedisServer } from './redis-server.ts';
import { openWorkspace, redisBinary } from './workspace.test-support.ts';

const workspace = openWorkspace();
let server: RedisServer;
let count = 0;
const start = async (more: Partial<Parameters<typeof startRedisServer>[0]> = {}) =>
  workspace.keep(
    await startRedisServer({ dir: workspace.path(`redis-${count++}`), binary: redisBinary(), port: 0, ...more }),
  );

beforeAll(async () => {
  server = await start();
});
afterAll(() => workspace.close());

/** What the server answers to some commands, each a line, until it has answered them all. */
function ask(port: number, ...commands: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write([...commands, 'ECHO the-end', ''].join('\r\n')));
    socket.setEncoding('utf8').on('error', reject);
    socket.on('data', (text) => {
      answer += text;
      if (answer.includes('the-end') || answer.includes('NOAUTH')) {
        socket.destroy();
        resolve(answer);
      }
    });
  });
}
const password = (redis: RedisServer) => new URL(redis.url).password;

describe('startRedisServer', () => {
  it('works for those who hold the URL, and for nobody else', async () => {
    expect(await ask(server.port, `AUTH ${password(server)}`, 'SET a 1', 'GET a')).toContain(
      '+OK\r\n+OK\r\n$1\r\n1\r\n',
    );
    expect(await ask(server.port, 'GET a')).toContain('-NOAUTH');
    expect(await ask(server.port, 'AUTH wrong', 'GET a')).toContain('-WRONGPASS');
  });

  it('evicts nothing and keeps nothing on disk', async () => {
    const settings = await ask(
      server.port,
      `AUTH ${password(server)}`,
      'CONFIG GET maxmemory-policy',
      'CONFIG GET save',
      'CONFIG GET appendonly',
      'CONFIG GET maxmemory',
      'CONFIG GET bind',
    );
    for (const value of [
      'noeviction',
      '$4\r\nsave\r\n$0\r\n\r\n',
      '$10\r\nappendonly\r\n$2\r\nno',
      '268435456',
      '127.0.0.1',
    ])
      expect(settings).toContain(value);
  });

  it('refuses writes beyond its memory instead of forgetting', async () => {
    const small = await start({ maxMemoryBytes: 1 });
    expect(await ask(small.port, `AUTH ${password(small)}`, 'SET a 1')).toContain('-OOM');
  });

  it('keeps its password out of its command line and from other users', () => {
    expect(statSync(workspace.path('redis-0', 'redis-server.conf')).mode & 0o077).toBe(0);
    if (process.platform === 'linux')
      expect(readFileSync(`/proc/${server.pid}/cmdline`, 'utf8')).not.toContain(password(server));
    expect(readFileSync(server.logFile, 'utf8')).not.toContain(password(server));
  });

  it('has a fresh password each time', async () => {
    const other = await start();
    expect(password(other)).toMatch(/^[0-9a-f]{64}$/);
    expect(password(other)).not.toBe(password(server));
  });

  it('takes another port when the preferred one is busy', async () => {
    const other = await start({ port: server.port });
    expect(other.port).not.toBe(server.port);
  });

  it('moves on when the port is taken between looking and listening', async () => {
    const port = server.port + 1 > 65_535 ? server.port - 1 : server.port + 1;
    const both = await Promise.all([start({ port }), start({ port })]);
    expect(new Set(both.map((one) => one.port)).size).toBe(2);
  });

  it('reports a crash', async () => {
    const onExit = vi.fn();
    const local = await start({ onExit });
    local.kill('SIGKILL');
    await vi.waitFor(() => expect(onExit).toHaveBeenCalledExactlyOnceWith({ code: null, signal: 'SIGKILL' }));
  });

  it('stops', async () => {
    const local = await start();
    await local.stop();
    await expect(ask(local.port)).rejects.toThrow('ECONNREFUSED');
  });

  it('says why a server does not start', async () => {
    await expect(start({ binary: workspace.path('nothing') })).rejects.toThrow('redis-server could not be run');
  });
});
