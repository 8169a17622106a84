import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ConfigError, type RunningService, runMain, stopInOrder } from './index.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'service-kit-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('stopping in order', () => {
  test('runs every step once, also after a failure, which is thrown at the end', async () => {
    const done: number[] = [];
    const stop = stopInOrder([
      () => done.push(1),
      async () => {
        throw new Error('two');
      },
      async () => done.push(3),
    ]);
    const first = stop();
    await expect(first).rejects.toThrow('two');
    await expect(stop()).rejects.toThrow('two');
    expect(done).toEqual([1, 3]);
  });
});

describe('a service as a process', () => {
  /** Runs a program that uses runMain, in a real process. */
  function run(body: string) {
    const file = join(dir, `${Math.random().toString(36).slice(2)}.ts`);
    writeFileSync(
      file,
      `import { runMain, ConfigError } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};\n${body}`,
    );
    const child = fork(file, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
    let stderr = '';
    child.stderr?.on('data', (data) => {
      stderr += data;
    });
    const exit = once(child, 'exit').then(([code]) => ({ code, stderr }));
    return { child, exit };
  }
  const service = (stop: string) =>
    `await runMain(async () => ({ name: 'x', stop: async () => { ${stop} } }));\nsetInterval(() => {}, 1000);`;

  test.each(['SIGTERM', 'SIGINT'] as const)('says when it is ready, and drains on %s', async (signal) => {
    const { child, exit } = run(service("process.stderr.write('drained')"));
    expect((await once(child, 'message'))[0]).toEqual({ ready: 'x' });
    child.kill(signal);
    expect(await exit).toEqual({ code: 0, stderr: 'drained' });
  });

  test('ends at once on a second signal', async () => {
    const { child, exit } = run(service('await new Promise(() => {})'));
    await once(child, 'message');
    child.kill('SIGTERM');
    const resend = setInterval(() => child.kill('SIGTERM'), 20);
    expect((await exit).code).toBe(1);
    clearInterval(resend);
  });

  test('ends with EX_CONFIG and the reason when its configuration is wrong', async () => {
    const { exit } = run("await runMain(async () => { throw new ConfigError('PATCHBAY_X: is not set'); });");
    expect(await exit).toEqual({ code: 78, stderr: 'PATCHBAY_X: is not set\n' });
  });

  test('ends with 1 when it cannot start or cannot stop', async () => {
    expect((await run("await runMain(async () => { throw new Error('no database'); });").exit).code).toBe(1);
    const { child, exit } = run(service("throw new Error('stuck')"));
    await once(child, 'message');
    child.kill('SIGTERM');
    expect(await exit).toEqual({ code: 1, stderr: 'Error: stuck\n' });
  });

  test('ends after an exception nobody caught', async () => {
    const { exit } = run(`${service('')}\nsetTimeout(() => { throw new Error('defect'); }, 10);`);
    expect(await exit).toEqual({ code: 70, stderr: 'Error: defect\n' });
  });
});

describe('what becomes of the process', () => {
  /** A process as far as `runMain` needs one; its end is a code in a list. */
  class FakeHost extends EventEmitter {
    readonly exit = vi.fn();
    readonly send = vi.fn();
    readonly stderr = { write: vi.fn() };
  }

  async function run(start: () => Promise<RunningService>): Promise<FakeHost> {
    const host = new FakeHost();
    await runMain(start, host as never, { forbid: () => [] });
    return host;
  }
  const stopping = (stop: () => Promise<void>) => run(async () => ({ name: 'audit-1', stop }));

  afterEach(() => vi.useRealTimers());

  test('it says which service is ready, and goes on', async () => {
    const host = await stopping(async () => {});
    expect(host.send.mock.calls).toEqual([[{ ready: 'audit-1' }]]);
    expect(host.exit).not.toHaveBeenCalled();
  });

  test.each([
    [new ConfigError('PATCHBAY_X: is not set'), 78, 'PATCHBAY_X: is not set\n'],
    [new TypeError('no database'), 1, 'TypeError: no database\n'],
    ['a text', 1, 'unknown failure\n'],
  ])('it ends when the service cannot start: %s', async (failure, code, text) => {
    const host = await run(() => Promise.reject(failure));
    expect(host.exit.mock.calls).toEqual([[code]]);
    expect(host.stderr.write.mock.calls).toEqual([[text]]);
    expect(host.send).not.toHaveBeenCalled();
  });

  test.each(['SIGTERM', 'SIGINT'])('%s drains first, and then ends it well', async (signal) => {
    const drained = Promise.withResolvers<void>();
    const host = await stopping(() => drained.promise);
    host.emit(signal);
    await Promise.resolve();
    expect(host.exit).not.toHaveBeenCalled();
    drained.resolve();
    await vi.waitFor(() => expect(host.exit.mock.calls).toEqual([[0]]));
  });

  test('a drain that takes too long is cut off', async () => {
    vi.useFakeTimers();
    const host = await stopping(() => new Promise(() => {}));
    host.emit('SIGTERM');
    vi.advanceTimersByTime(14_999);
    expect(host.exit).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(host.exit.mock.calls).toEqual([[1]]);
  });

  test('a second signal does not wait', async () => {
    const host = await stopping(() => new Promise(() => {}));
    host.emit('SIGTERM');
    host.emit('SIGINT');
    expect(host.exit.mock.calls).toEqual([[1]]);
  });

  test('a drain that fails ends it badly, with the reason', async () => {
    const host = await stopping(() => Promise.reject(new Error('stuck')));
    host.emit('SIGTERM');
    await vi.waitFor(() => expect(host.exit.mock.calls).toEqual([[1]]));
    expect(host.stderr.write.mock.calls).toEqual([['Error: stuck\n']]);
  });

  test('a defect drains, and ends it as one', async () => {
    const host = await stopping(async () => {});
    host.emit('uncaughtException', new Error('defect'));
    expect(host.stderr.write.mock.calls).toEqual([['Error: defect\n']]);
    await vi.waitFor(() => expect(host.exit.mock.calls).toEqual([[70]]));
  });
});
