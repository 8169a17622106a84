import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'forbid-dumps-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const secret = randomBytes(20).toString('hex');

/** A program that holds a secret, in a directory of its own, under a limit that lets core files be. */
function run(body: string, { options = [], variables = {} }: { options?: string[]; variables?: object } = {}) {
  const kit = JSON.stringify(new URL('./index.ts', import.meta.url).href);
  const file = join(dir, 'program.ts');
  // Put together in memory only.
  const halves = JSON.stringify([secret.slice(0, 20), secret.slice(20)]);
  writeFileSync(
    file,
    `import { runMain } from ${kit};
     const held = Buffer.from(${halves}.join(''));
     const service = async () => ({ name: 'x', stop: async () => void held });
     ${body}
     process.stdout.write('up');
     setInterval(() => {}, 1_000);`,
  );
  const allow = 'ulimit -c "$(ulimit -Hc)"; exec "$0" "$@"';
  const child = spawn('/bin/sh', ['-c', allow, process.execPath, ...options, file], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ...variables },
  });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const exit = once(child, 'exit').then(([code, signal]) => ({ code, signal, stderr }));
  return { child, exit, up: once(child.stdout, 'data') };
}

const filesLeft = () => readdirSync(dir).filter((name) => name !== 'program.ts');
const procOf = ({ pid }: ChildProcess, name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
const linux = process.platform === 'linux';
/** Whether this machine writes the core file of a process into its directory. */
const coresStayHere = linux && /^core\s*$/.test(readFileSync('/proc/sys/kernel/core_pattern', 'utf8'));

describe.runIf(linux)('a service process', () => {
  test.each(['SIGABRT', 'SIGSEGV'] as const)('leaves no core file when it ends with %s', async (signal) => {
    const { child, exit, up } = run('await runMain(service);');
    await up;
    expect(procOf(child, 'limits')).toMatch(/^Max core file size +0 +0 /m);
    expect(Number.parseInt(procOf(child, 'coredump_filter'), 16)).toBe(0);
    child.kill(signal);
    expect(await exit).toEqual({ code: null, signal, stderr: '' });
    expect(filesLeft()).toEqual([]);
  });

  test.each([
    ['SIGUSR1', [], {}],
    ['SIGUSR2', ['--report-on-signal'], {}],
    ['SIGUSR2', [], { NODE_OPTIONS: '--report-on-signal' }],
  ] as const)('gives nobody its memory on %s, started with %j and %j', async (signal, options, variables) => {
    const { child, exit, up } = run(
      `await runMain(service);
       process.on('SIGUSR2', () => {});
       process.on('SIGHUP', async () => {
         process.stderr.write(String((await import('node:inspector')).url()));
         process.exit();
       });`,
      { options: [...options], variables },
    );
    await up;
    child.kill(signal);
    child.kill('SIGHUP');
    expect(await exit).toEqual({ code: 0, signal: null, stderr: 'undefined' });
    expect(filesLeft()).toEqual([]);
  });

  test.each([
    [['--inspect=127.0.0.1:0'], {}, '--inspect'],
    [['--heapsnapshot-signal=SIGUSR2'], {}, '--heapsnapshot-signal'],
    [['--tls-keylog=keys.log'], {}, '--tls-keylog'],
    [[], { NODE_OPTIONS: '--max-http-header-size=9000 "--heapsnapshot-near-heap-limit=1"' }, '--heapsnapshot-near'],
    [[], { NODE_DEBUG: 'http' }, 'NODE_DEBUG'],
  ])('does not start in production with %j and %j, and says so in development', async (options, variables, named) => {
    const production = await run('await runMain(service);', { options, variables }).exit;
    expect(production.code).toBe(78);
    expect(production.stderr).toContain(named);
    const { child, exit, up } = run('await runMain(service);', {
      options,
      variables: { ...variables, PATCHBAY_MODE: 'development' },
    });
    await up;
    child.kill('SIGTERM');
    expect(await exit).toMatchObject({ code: 0, stderr: expect.stringContaining(named) });
  });

  test('does not start in production where it cannot forbid core files, and starts where the limit is set already', async () => {
    // No `prlimit` on this path; the limit lets core files be.
    const { code, stderr } = await run('await runMain(service);', { variables: { PATH: dir } }).exit;
    expect({ code, stderr }).toEqual({ code: 78, stderr: expect.stringContaining('LimitCORE=0') });
    const limit =
      "process.getBuiltinModule('node:child_process').execFileSync('prlimit', ['--pid', String(process.pid), '--core=0:0']);";
    const { child, exit, up } = run(`${limit}\nprocess.env.PATH = '';\nawait runMain(service);`);
    await up;
    child.kill('SIGTERM');
    expect(await exit).toMatchObject({ code: 0, stderr: '' });
  });
});

test.runIf(coresStayHere)('without all that, a core file and a report tell what the program holds', async () => {
  const { child, exit, up } = run('', { options: ['--report-on-signal'] });
  await up;
  child.kill('SIGUSR2');
  await expect.poll(() => filesLeft().filter((name) => name.startsWith('report.'))).toHaveLength(1);
  child.kill('SIGABRT');
  await exit;
  const cores = filesLeft().filter((name) => name.startsWith('core'));
  expect(cores).toHaveLength(1);
  expect(readFileSync(join(dir, cores[0] as string)).includes(secret)).toBe(true);
});
