import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { cli, directoryWith } from './running-patchbay.fixture.ts';

const bin = fileURLToPath(new URL('../bin/patchbay.mjs', import.meta.url));
const run = promisify(execFile);

async function patchbay(argv: readonly string[], cwd = directoryWith(), program = bin) {
  try {
    const { stdout, stderr } = await run(process.execPath, [program, ...argv], {
      cwd,
      env: { PATH: process.env.PATH },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

describe('the program', () => {
  test('runs as a process with output, exit code and version', async () => {
    expect(await patchbay(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
    const unknown = await patchbay(['tols']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('Did you mean tools?');
    const nowhere = await patchbay(['exec', 'a_tool', '--json']);
    expect(nowhere.code).toBe(5);
    expect(JSON.parse(nowhere.stdout)).toMatchObject({
      error: { next: expect.stringContaining('npm start'), exit_code: 5 },
    });
  });

  test('says what to run when nothing is installed', async () => {
    // A checkout that was cloned and never installed.
    const clone = directoryWith();
    for (const part of ['bin', 'src', 'package.json'])
      cpSync(fileURLToPath(new URL(`../${part}`, import.meta.url)), join(clone, 'packages/cli', part), {
        recursive: true,
      });
    const result = await patchbay(['doctor'], clone, join(clone, 'packages/cli/bin/patchbay.mjs'));
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("Run 'npm start'");
  });

  test('ends quietly when its reader has enough', async () => {
    const child = spawn(process.execPath, [bin, 'integrations', 'lint', '--all', '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH },
    });
    child.stdout.destroy();
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });
});

describe('up and demo', () => {
  test('up starts Patchbay in the directory named and passes its options on', async () => {
    const cwd = directoryWith();
    const argv = [
      'up',
      '--once',
      '--json',
      '--catalogue',
      'slack',
      '--state',
      'state',
      '--executors',
      '2',
      '--log-level',
      'warn',
    ];
    const { out: stdout, code } = await cli(argv, { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ready: true,
      facts: { executors: 2 },
      first_call: { result: { status: 'succeeded' } },
    });
    expect(existsSync(join(cwd, 'state', 'keys'))).toBe(true);
    expect(existsSync(join(cwd, 'state', 'dev.json'))).toBe(false);
  }, 60_000);

  test('up stops when it is told to', async () => {
    const cwd = directoryWith();
    const child = spawn(process.execPath, [bin, 'up', '--state', 'state', '--catalogue', 'slack'], {
      cwd,
      env: { PATH: process.env.PATH },
    });
    let out = '';
    child.stdout.on('data', (text) => (out += text));
    await expect.poll(() => out, { timeout: 50_000 }).toContain('ready in');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(out).toContain('Stopped.');
  }, 60_000);

  test('demo starts a Patchbay of its own when none runs, and leaves nothing behind', async () => {
    const before = leftovers();
    const { out: stdout, code } = await cli(['demo', '--json'], { cwd: directoryWith() });
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ event: 'starting' });
    expect(events.at(-1)).toMatchObject({ event: 'summary', ok: true });
    expect(leftovers()).toEqual(before);
  }, 60_000);
});

describe('what cannot start', () => {
  const env = { PATCHBAY_NATS_SERVER: '/nowhere' };
  test('up passes on what is wrong', async () => {
    const result = await cli(
      ['up', '--state', 'state', '--database', 'postgres://127.0.0.1:1/none', '--live', '--log-level', 'silent'],
      { cwd: directoryWith(), env },
    );
    expect(result.code).toBe(1);
    expect(result.err).toContain('PATCHBAY_NATS_SERVER');
  });

  test('demo says why and leaves nothing behind', async () => {
    const before = leftovers();
    const result = await cli(['demo'], { cwd: directoryWith(), env });
    expect(result.code).toBe(1);
    expect(result.err).toContain('PATCHBAY_NATS_SERVER');
    expect(leftovers()).toEqual(before);
  });

  test('up and demo that are interrupted while starting end', async () => {
    const person = new AbortController();
    const demo = cli(['demo'], { cwd: directoryWith(), interrupt: person.signal });
    const up = cli(['up', '--state', 'state'], { cwd: directoryWith(), interrupt: person.signal });
    person.abort();
    expect((await demo).err).toContain('Interrupted');
    expect((await up).code).not.toBe(0);
  }, 60_000);
});

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('patchbay-demo-'));
}
