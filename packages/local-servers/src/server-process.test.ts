import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AlreadyRunningError } from './process-record.ts';
import { type ServerProcess, ServerStartError, startServerProcess } from './server-process.ts';
import { openWorkspace } from './workspace.test-support.ts';

let workspace: ReturnType<typeof openWorkspace>;
beforeEach(() => {
  workspace = openWorkspace();
});
afterEach(() => workspace.close());

/** Starts a program made of JavaScript as if it were a server; it is ready when the file `ready` exists. */
async function start(
  script: string,
  more: Partial<Parameters<typeof startServerProcess>[0]> = {},
): Promise<ServerProcess> {
  const dir = workspace.path('server');
  mkdirSync(dir, { recursive: true });
  const server = await startServerProcess({
    name: 'toy-server',
    binary: process.execPath,
    args: ['-e', script],
    dir,
    logFile: workspace.path('server', 'toy-server.log'),
    isReady: async () => existsSync(workspace.path('server', 'ready')),
    readyTimeoutMs: 15_000,
    stopTimeoutMs: 10_000,
    ...more,
  });
  return workspace.keep(server);
}

const ready = "require('fs').writeFileSync('ready', process.env.SECRET ?? 'no secret');";
const untilKilled = 'setInterval(() => {}, 1000);';
const record = () => workspace.path('server', 'toy-server.process.json');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('startServerProcess', () => {
  it('resolves when the server says it is ready, and stop ends it', async () => {
    const onExit = vi.fn();
    const server = await start(ready + untilKilled, { onExit });
    expect(isAlive(server.pid)).toBe(true);
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    await server.stop();
    expect(onExit).not.toHaveBeenCalled();
    expect(existsSync(record())).toBe(false);
  });

  it('gives the server nothing of our environment that could be a secret', async () => {
    vi.stubEnv('SECRET', 'hunter2');
    await start(ready + untilKilled);
    vi.unstubAllEnvs();
    // The file is there before its content is.
    await vi.waitFor(() => expect(readFileSync(workspace.path('server', 'ready'), 'utf8')).toBe('no secret'));
  });

  it('kills a server that does not heed SIGTERM', async () => {
    const server = await start(`process.on('SIGTERM', () => {});${ready}${untilKilled}`, { stopTimeoutMs: 50 });
    await server.stop();
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('stops a server that is suspended', async () => {
    const server = await start(ready + untilKilled);
    server.kill('SIGSTOP');
    await server.stop();
    expect(await server.exited).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('reports an exit that nobody asked for', async () => {
    const onExit = vi.fn();
    const server = await start(ready + untilKilled, { onExit });
    server.kill('SIGKILL');
    await vi.waitFor(() => expect(onExit).toHaveBeenCalledExactlyOnceWith({ code: null, signal: 'SIGKILL' }));
  });

  it('says what the server said when it ends before it is ready', async () => {
    const attempt = start("console.error('the disk is full'); process.exit(3);");
    await expect(attempt).rejects.toThrow(/toy-server ended before it was ready, with code 3\.\nthe disk is full/);
    await expect(attempt).rejects.toMatchObject({ name: 'ServerStartError', portTaken: false });
    await expect(start("process.kill(process.pid, 'SIGKILL')")).rejects.toThrow('with signal SIGKILL');
  });

  it('tells a taken port from other failures', async () => {
    await expect(start("console.error('listen: Address already in use'); process.exit(1);")).rejects.toMatchObject({
      portTaken: true,
    });
  });

  it('ends a server that does not get ready in time', async () => {
    await expect(start(untilKilled, { readyTimeoutMs: 100 })).rejects.toThrow(ServerStartError);
    await expect(start(untilKilled, { readyTimeoutMs: 100 })).rejects.toThrow('was not ready after 100 ms');
  });

  it('says that a program cannot be run', async () => {
    await expect(start('', { binary: workspace.path('nothing') })).rejects.toThrow(
      /toy-server could not be run: .*ENOENT/,
    );
  });

  it('refuses a second server on the same directory while the first one runs', async () => {
    const server = await start(ready + untilKilled);
    await expect(start(ready + untilKilled)).rejects.toThrow(AlreadyRunningError);
    await expect(start(ready + untilKilled)).rejects.toThrow(
      `process ${server.pid}, started by process ${process.pid}`,
    );
    expect(isAlive(server.pid)).toBe(true);
  });

  it('ends a server left behind by an owner that was killed', async () => {
    const orphan = await leaveBehind("process.on('SIGTERM', () => {});");
    const server = await start(ready + untilKilled, { stopTimeoutMs: 300 });
    expect(isAlive(orphan)).toBe(false);
    expect(isAlive(server.pid)).toBe(true);
  });

  it('lets a server left behind shut down in its own time', async () => {
    mkdirSync(workspace.path('server'));
    const script = `process.on('SIGTERM', () => { require('fs').writeFileSync('clean', ''); process.exit(); });${ready}${untilKilled}`;
    const orphan = spawn(process.execPath, ['-e', script], { cwd: workspace.path('server'), stdio: 'ignore' });
    await vi.waitFor(() => expect(existsSync(workspace.path('server', 'ready'))).toBe(true), { timeout: 10_000 });
    writeFileSync(record(), JSON.stringify({ pid: orphan.pid, owner: await deadPid() }));
    await start(ready + untilKilled);
    expect(existsSync(workspace.path('server', 'clean'))).toBe(true);
  });

  it.runIf(process.platform === 'linux')('tells the server to end when its owner is killed', async () => {
    const script = "process.on('SIGTERM', () => { require('fs').writeFileSync('clean', ''); process.exit(); });";
    const orphan = await leaveBehind(script);
    await vi.waitFor(() => expect(isAlive(orphan)).toBe(false), { timeout: 10_000 });
    expect(existsSync(workspace.path('server', 'clean'))).toBe(true);
  });

  it('leaves a stranger alone that has the number of an old server', async () => {
    const stranger = spawn(process.execPath, ['-e', untilKilled], { cwd: '/' });
    await once(stranger, 'spawn');
    mkdirSync(workspace.path('server'));
    writeFileSync(record(), JSON.stringify({ pid: stranger.pid, owner: await deadPid() }));
    await start(ready + untilKilled);
    expect(isAlive(stranger.pid as number)).toBe(true);
    stranger.kill('SIGKILL');
  });

  it.each(['', '{', '{"pid":1,"owner":1}', '{"pid":"x","owner":1}'])('pays no heed to the record %j', async (text) => {
    mkdirSync(workspace.path('server'));
    writeFileSync(record(), text);
    await start(ready + untilKilled);
  });

  it('takes its servers along when the process ends without stopping them', async () => {
    const owner = spawn(
      process.execPath,
      ['--input-type=module', '-e', ownerScript(ready + untilKilled, 'process.exit(0);')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [output] = (await once(owner.stdout, 'data')) as [Buffer];
    await vi.waitFor(() => expect(isAlive(Number(output))).toBe(false), { timeout: 10_000 });
  });
});

/** A process that starts a server on our directory, prints its number and then does `ending`. */
function ownerScript(script: string, ending: string): string {
  const dir = workspace.path('server');
  mkdirSync(dir, { recursive: true });
  return `
    const { startServerProcess } = await import(${JSON.stringify(new URL('./server-process.ts', import.meta.url).href)});
    const { existsSync, rmSync } = await import('node:fs');
    const server = await startServerProcess({
      name: 'toy-server', binary: process.execPath, args: ['-e', ${JSON.stringify(script)}], dir: ${JSON.stringify(dir)},
      logFile: ${JSON.stringify(`${dir}/toy-server.log`)}, isReady: async () => existsSync(${JSON.stringify(`${dir}/ready`)}),
      readyTimeoutMs: 15000, stopTimeoutMs: 1000,
    });
    rmSync(${JSON.stringify(`${dir}/ready`)});
    process.stdout.write(String(server.pid), () => { ${ending} });`;
}

/** Starts a server from a process that is then killed; returns the server's number. */
async function leaveBehind(handler: string): Promise<number> {
  const owner = spawn(
    process.execPath,
    ['--input-type=module', '-e', ownerScript(handler + ready + untilKilled, "process.kill(process.pid, 'SIGKILL');")],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(owner, 'exit');
  const [output] = (await once(owner.stdout, 'data')) as [Buffer];
  await exited;
  return Number(output);
}

/** The number of a process that is gone. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid as number;
}
