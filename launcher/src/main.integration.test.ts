import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { launch } from './index.ts';

let stateDir: string;
let written: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'launcher-main-'));
  written = '';
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

/** Another test may take the usual ones at the same moment. */
const anyPorts = 'gateway=0,ingress=0,sandbox=0';
const never = new Promise<never>(() => {});
const run = (argv: readonly string[], interrupted: Promise<unknown> = never) =>
  launch(
    [...argv, '--ports', anyPorts],
    (text) => {
      written += text;
    },
    interrupted,
  );

describe('launch', () => {
  test('explains itself', async () => {
    expect(await run(['--help'])).toBe(0);
    expect(written).toMatch(/^Usage: npm start/);
  });

  test('refuses a wrong option, and touches nothing', async () => {
    expect(await run(['--state', join(stateDir, 'x'), '--executors', 'many'])).toBe(2);
    expect(written).toContain('--executors takes a whole number');
    expect(await run(['--state', join(stateDir, 'x'), '--catalogue', 'slack,No'])).toBe(2);
    expect(written).toContain("'No' is none");
    expect(existsSync(join(stateDir, 'x'))).toBe(false);
  });

  test('once, as JSON: makes its first call, shows what the audit log kept, and stops', async () => {
    expect(await run(['--once', '--json', '--state', stateDir, '--catalogue', 'slack'])).toBe(0);
    const report = JSON.parse(written);
    expect(report).toMatchObject({
      ready: true,
      facts: { tenant: 'demo', shape: 'one_process', pid: process.pid },
      first_call: { result: { status: 'succeeded', tool: 'slack_post_message', replayed: false, attempts: 1 } },
    });
    const { result, audit } = report.first_call;
    expect(audit.map((event: { subject: string }) => event.subject)).toEqual([
      result.execution_id,
      result.execution_id,
    ]);
    expect(audit.map((event: { data: { outcome: string } }) => event.data.outcome)).toEqual(['intent', 'succeeded']);
    expect(existsSync(join(stateDir, 'dev.json'))).toBe(false);
  }, 120_000);

  test('stays up until it is told to stop, and says what it does; a second start adds no connection, and a lost part is told', async () => {
    for (const round of [1, 2]) {
      written = '';
      const interrupt = Promise.withResolvers<void>();
      const launched = run(['--state', stateDir, '--catalogue', 'slack,stripe'], interrupt.promise);
      const up = vi.waitFor(() => expect(written).toContain('Ctrl-C stops.'), { timeout: 60_000 });
      // A start that fails says why, rather than that time ran out.
      await Promise.race([up, launched.then((exitCode) => expect(exitCode).toBe('up'))]);
      expect(existsSync(join(stateDir, 'dev.json'))).toBe(true);
      expect(written).toMatch(/First call:\n {2}tool {7}slack_post_message[\s\S]*intent[\s\S]*succeeded/);
      if (round === 1) expect(written).toMatch(/demo tenant 'demo': \d+ connections added/);
      else expect(written).not.toContain('connections added');
      if (round === 2) {
        const { pid } = JSON.parse(readFileSync(join(stateDir, 'redis', 'redis-server.process.json'), 'utf8'));
        process.kill(pid, 'SIGKILL');
        const warning = `warning: redis-server ended. See ${stateDir}/logs.`;
        await vi.waitFor(() => expect(written).toContain(warning), 10_000);
      }
      interrupt.resolve();
      expect(await launched).toBe(0);
      expect(written).toMatch(/Stopping: draining calls under way …\nStopped\.\n$/);
    }
  }, 180_000);

  test('with real hosts makes no call of its own', async () => {
    expect(await run(['--once', '--live', '--json', '--state', stateDir, '--catalogue', 'slack'])).toBe(0);
    expect(JSON.parse(written)).toMatchObject({ ready: true, first_call: null, facts: { sandbox_url: null } });
  }, 120_000);
});

test('the program ends with the reason on standard error when it cannot start', async () => {
  writeFileSync(join(stateDir, 'dev.json'), JSON.stringify({ pid: process.pid }));
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--state', stateDir], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  const [exitCode] = await once(child, 'exit');
  expect([exitCode, errors]).toEqual([1, `Patchbay is already running on ${stateDir} (process ${process.pid}).\n`]);
});
