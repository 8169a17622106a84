import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectPlain } from './plain-nats-client.ts';
import { type System, startSystem } from './system.ts';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const python = spawnSync('python3', ['-c', 'import nats, nkeys']).status === 0;
const run = promisify(execFile);

let system: System;
let cwd: string;
beforeAll(async () => {
  system = await startSystem();
  // As after `npm start`: the facts lie in .patchbay of the directory that the examples run in.
  cwd = mkdtempSync(join(tmpdir(), 'patchbay-examples-'));
  mkdirSync(join(cwd, '.patchbay'));
  writeFileSync(join(cwd, '.patchbay', 'dev.json'), JSON.stringify(system.patchbay.facts));
  // Slow enough to be interrupted.
  await system.sandbox.behave({ tool: 'google_calendar_check_availability', do: { kind: 'delay', ms: 2_000 } });
});
afterAll(async () => {
  await system?.stop();
  if (cwd !== undefined) rmSync(cwd, { recursive: true, force: true });
});

const example = async (program: string, file: string) =>
  (
    await run(program, [join(examples, file)], {
      cwd,
      env: { PATH: process.env.PATH, PYTHONPATH: process.env.PYTHONPATH, LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH },
    })
  ).stdout;

describe('examples in JavaScript', () => {
  test('agent.mjs calls a tool in ten lines', async () => {
    expect(readFileSync(join(examples, 'javascript/agent.mjs'), 'utf8').trim().split('\n').length).toBeLessThanOrEqual(
      10,
    );
    expect(await example(process.execPath, 'javascript/agent.mjs')).toMatch(/^succeeded \{ channel: .*, ts: /);
  });

  test('parallel.mjs makes three calls at once and cancels a fourth', async () => {
    const lines = (await example(process.execPath, 'javascript/parallel.mjs')).trim().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^hubspot_search_records: succeeded in \d+ ms$/),
      expect.stringMatching(/^slack_lookup_user: succeeded in \d+ ms$/),
      expect.stringMatching(/^slack_post_message: refused in \d+ ms \(invalid_arguments\)$/),
      "barge-in: 1 call(s) stopped, the answer is 'cancelled'",
    ]);
  });
});

describe('the example in Python', () => {
  test.skipIf(!python)('agent.py calls a tool and cancels another (needs nats-py with nkeys)', async () => {
    expect(await example('python3', 'python/agent.py')).toMatch(
      /^slack_post_message succeeded \{.*"ts".*\}\nbarge-in: 1 call\(s\) stopped, the answer is 'cancelled'\n$/,
    );
  });

  test('its messages work from a client that knows the NATS protocol alone', async () => {
    const { facts } = system.patchbay;
    const client = await connectPlain(facts.nats_url, facts.agent_credentials, `_INBOX_agent.${facts.tenant}`);
    try {
      const subject = (operation: string) => `tools.v1.${facts.tenant}.${operation}`;
      const posted = await client.request(subject('execute'), {
        tool: 'slack_post_message',
        arguments: { channel: 'C0123ABCDEF', text: 'Hello from Python.' },
        idempotency_key: 'toolu_plain_1',
        deadline_ms: 2_500,
        context: { agent: 'python-example' },
      });
      expect(posted).toMatchObject({ tool: 'slack_post_message', status: 'succeeded' });
      const call = client.request(subject('execute'), {
        tool: 'google_calendar_check_availability',
        arguments: { start: '2026-03-03T09:00:00-05:00', end: '2026-03-03T12:00:00-05:00' },
        idempotency_key: 'toolu_plain_2',
        deadline_ms: 2_500,
      });
      const cancelled = await client.request(subject('cancel'), {
        idempotency_key: 'toolu_plain_2',
        reason: 'barge-in',
      });
      expect(cancelled).toMatchObject({ cancelled: [{ effect: 'aborted' }] });
      expect(await call).toMatchObject({ status: 'cancelled' });
    } finally {
      client.close();
    }
  });

  test('is never offered another tenant’s answers', async () => {
    const { facts } = system.patchbay;
    await expect(
      connectPlain(facts.nats_url, facts.agent_credentials, '_INBOX_agent.rival').then((client) => client.close()),
    ).rejects.toThrow(/Permissions Violation/i);
  });
});
