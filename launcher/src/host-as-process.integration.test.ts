import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hostAsProcess, type ProcessOptions } from './host-as-process.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'launcher-process-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

let programs = 0;
function host(program: string, over: Partial<ProcessOptions> = {}) {
  const instance = `audit-${++programs}`;
  const entry = join(dir, `${instance}.mjs`);
  writeFileSync(entry, program);
  return hostAsProcess('audit', { entry, instance, env: { PATCHBAY_X: 'given' }, logDir: dir, ...over });
}

const ready = "process.send({ ready: 'x' }); setInterval(() => {}, 1000);";
const printed = (instance: string) => readFileSync(join(dir, `${instance}.out`), 'utf8');

describe('a service as a process', () => {
  test('is up when it says so, knows its own variables and no others, and drains when stopped', async () => {
    const onExit = vi.fn();
    const hosted = await host(
      `console.log(JSON.stringify(process.env));
       process.on('SIGTERM', () => { console.error('drained'); process.exit(0); });
       ${ready}`,
      { onExit },
    );
    expect(hosted).toMatchObject({ service: 'audit', pid: expect.any(Number) });
    await hosted.stop();
    await hosted.stop();
    const [variables, ...rest] = printed(hosted.instance).split('\n');
    expect(Object.keys(JSON.parse(variables as string)).sort()).toEqual(expect.arrayContaining(['PATCHBAY_X', 'PATH']));
    expect(JSON.parse(variables as string)).not.toHaveProperty('HOME');
    expect(rest).toContain('drained');
    expect(() => process.kill(hosted.pid as number, 0)).toThrow('ESRCH');
    expect(onExit).not.toHaveBeenCalled();
  });

  test('that does not drain in its time is ended', async () => {
    const hosted = await host(`process.on('SIGTERM', () => console.error('deaf')); ${ready}`, { stopTimeoutMs: 300 });
    await hosted.stop();
    expect(printed(hosted.instance)).toContain('deaf');
    expect(() => process.kill(hosted.pid as number, 0)).toThrow('ESRCH');
  });

  test('that ends by itself is told to whoever watches', async () => {
    const onExit = vi.fn();
    const hosted = await host(`process.send({ ready: 'x' }); setTimeout(() => process.exit(7), 10);`, { onExit });
    await vi.waitFor(() => expect(onExit).toHaveBeenCalledExactlyOnceWith(hosted.instance, 'exit 7'), 10_000);
    await hosted.stop();
  });

  test('that is killed by a fault test counts as stopped', async () => {
    const onExit = vi.fn();
    const hosted = await host(ready, { onExit });
    hosted.kill('SIGKILL');
    await hosted.stop();
    expect(onExit).not.toHaveBeenCalled();
  });

  test('that ends while it starts is an error that says where to look', async () => {
    const onExit = vi.fn();
    await expect(host("console.error('no database'); process.exit(78);", { onExit })).rejects.toThrow(
      /audit-\d+ did not start \(exit 78\)\. See .*audit-\d+\.out/,
    );
    expect(printed(`audit-${programs}`)).toContain('no database');
    expect(onExit).not.toHaveBeenCalled();
  });

  test('that stays silent is given up and ended', async () => {
    const pidFile = join(dir, 'silent.pid');
    await expect(
      host(
        `import { writeFileSync } from 'node:fs';
         writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000);`,
        { readyTimeoutMs: 1_500 },
      ),
    ).rejects.toThrow('did not start (silence)');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 10_000);
  });

  test('whose module is not there is an error', async () => {
    await expect(host('', { entry: join(dir, 'nowhere.mjs') })).rejects.toThrow('did not start (exit 1)');
  });
});
