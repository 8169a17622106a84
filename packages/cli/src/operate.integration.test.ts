import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxControl } from './demo/sandbox-control.ts';
import { allChecks } from './doctor/all-checks.ts';
import { directoryWith, type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
});
afterAll(() => here?.stop());

type Line = Record<string, unknown> & { event?: string; id?: string };
const lines = (out: string) =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
const post = (session: string) =>
  here.cli(['exec', 'slack_create_channel', `name=${session}`, '--session', session, '--json']);

/** Facts such as a Patchbay leaves, with some of them changed, in a directory of their own. */
function copyOfFacts(changes: object): string {
  const cwd = directoryWith();
  mkdirSync(join(cwd, '.patchbay'), { mode: 0o700 });
  writeFileSync(join(cwd, '.patchbay', 'dev.json'), JSON.stringify({ ...here.patchbay.facts, ...changes }));
  return cwd;
}

test('circuits tells what every executor holds back from', async () => {
  const { executors } = json(await here.cli(['circuits', '--json'])) as never as { executors: { executor: string }[] };
  expect(executors).toHaveLength(1);
  expect((await here.cli(['circuits', '--host', 'never.called.example'])).out).toContain(executors[0]?.executor);
});

test('compliance evidence writes what can be shown, with digests, and nothing secret', async () => {
  const cwd = copyOfFacts({});
  const { out, code } = await here.cli(['compliance', 'evidence', '--out', 'evidence', '--json'], { cwd });
  expect(code).toBe(0);
  const { files } = JSON.parse(out) as { files: { name: string; error: string | null; sha256: string }[] };
  expect(files.map(({ error }) => error).filter((error) => error !== null)).toEqual([]);
  for (const { name, sha256 } of files)
    expect(
      createHash('sha256')
        .update(readFileSync(join(cwd, 'evidence', name)))
        .digest('hex'),
    ).toBe(sha256);
  const all = files.map(({ name }) => readFileSync(join(cwd, 'evidence', name), 'utf8')).join('');
  expect(all).not.toMatch(/pbk_[0-9A-Z]{26}_|xox[bp]-/);
  const held = JSON.parse(readFileSync(join(cwd, 'evidence', 'verification.json'), 'utf8'));
  expect(held).toMatchObject({ problem_count: 0 });
  expect(held.events).toBeGreaterThan(0);
  const early = await here.cli(['compliance', 'evidence', '--out', 'e', '--from', '1h', '--to', '2h'], { cwd });
  expect([early.code, early.err]).toEqual([2, expect.stringContaining('--from is not before --to')]);
}, 60_000);

test('executions unknown lists what nobody knows the effect of', async () => {
  const known = await here.cli(['executions', 'unknown', '--from', '1h']);
  expect(known).toMatchObject({ code: 0, out: 'Every execution has a known outcome.\n' });
  const { sandbox_url, sandbox_control_token } = here.patchbay.facts;
  const control = sandboxControl(sandbox_url as string, readFileSync(sandbox_control_token as string, 'utf8'));
  const back = await control.behave({
    tool: 'slack_create_channel',
    do: { kind: 'drop', at: 'before_response' } as never,
  });
  const { execution_id: execution, status } = json(await post('unknown-a'));
  await back();
  expect(status).toBe('outcome_unknown');
  const list = async () => json(await here.cli(['executions', 'unknown', '--json'])).executions;
  await expect.poll(async () => (await list()).length, { timeout: 10_000 }).toBe(1);
  expect(await list()).toMatchObject([
    { execution_id: execution, tool: 'slack_create_channel', session: 'unknown-a', why: 'outcome_unknown' },
  ]);
  const shown = await here.cli(['executions', 'unknown']);
  expect(shown.out).toMatch(/slack_create_channel +outcome unknown +unknown-a[\s\S]*1 execution\./);
  expect((await here.cli(['executions', 'unknown', '--limit', '0'])).code).toBe(2);
});

describe('audit', () => {
  test('query finds what was done, by session, execution, time, class and status', async () => {
    const { execution_id: execution } = json(await post('audit-a'));
    const query = async (...argv: string[]) => json(await here.cli(['audit', 'query', ...argv, '--json']));
    await expect.poll(async () => (await query('--session', 'audit-a')).events.length, { timeout: 10_000 }).toBe(2);
    expect(
      (await query('--execution', execution, '--class', 'execution', '--status', 'succeeded')).events,
    ).toMatchObject([{ data: { execution_id: execution, outcome: 'succeeded', tool: 'slack_create_channel' } }]);
    expect(await query('--session', 'audit-a', '--limit', '1')).toMatchObject({ more: true, events: [{}] });
    expect((await query('--session', 'audit-a', '--from', '1h', '--to', '2099-01-01')).events).toHaveLength(2);
    expect((await query('--session', 'audit-a', '--to', '1h')).events).toEqual([]);
    const shown = await here.cli(['audit', 'query', '--tool', 'slack_create_channel', '--limit', '1']);
    expect(shown.out).toMatch(/^TIME \(UTC\)/);
    expect(shown.out).toContain('1 event; there are older ones');
    const ended = ['audit', 'query', '--execution', execution, '--status', 'succeeded'];
    const [body] = lines((await here.cli([...ended, '--format', 'ocsf'])).out);
    expect(body).toMatchObject({ class_uid: 6_003, status: 'Success', metadata: { version: '1.8.0' } });
    const [record] = lines((await here.cli([...ended, '--format', 'record', '--json'])).out);
    expect(record).toMatchObject({ specversion: '1.0', recordversion: 1, data: body });
    expect(
      lines((await here.cli(['audit', 'tail', '--once', '--session', 'audit-a', '--format', 'ocsf'])).out),
    ).toHaveLength(2);
    expect((await here.cli(['audit', 'query', '--session', 'nobody'])).out).toBe('No audit event matches.\n');
    expect((await here.cli(['audit', 'query', '--execution', 'exe_1'])).code).toBe(2);
    expect((await here.cli(['audit', 'query', '--from', 'yesterday'])).code).toBe(2);
    expect((await here.cli(['audit', 'query', '--from', '1m', '--to', '1h'])).code).toBe(3);
  });

  test('verify without a file has the service hold its store against what producers signed', async () => {
    await post('audit-v');
    const verified = await here.cli(['audit', 'verify', '--from', '1h', '--json']);
    expect(verified.code).toBe(0);
    const { events, ...rest } = json(verified);
    expect(rest).toMatchObject({ ok: true, proof: 'mac', problem_count: 0, problems: [] });
    expect(events).toBeGreaterThan(0);
    const shown = (await here.cli(['audit', 'verify'])).out;
    expect(shown).toContain('each as its producer signed it and as it is stored');
    expect(shown).toMatch(/records? of its log hashed again/);
    expect(json(verified).log).toMatchObject({ problem_count: 0, problems: [], next: null });
  });

  test('proof and checkpoint show what the log signed, and check it by the key', async () => {
    const cwd = directoryWith();
    const file = (name: string, text: string) => {
      writeFileSync(join(cwd, name), text);
      return join(cwd, name);
    };
    await post('audit-p');
    const find = async () => json(await here.cli(['audit', 'query', '--session', 'audit-p', '--json'])).events;
    await expect.poll(async () => (await find()).length, { timeout: 10_000 }).toBe(2);
    const [{ id: event }] = (await find()) as [{ id: string }];
    const key = file('audit.pub', (await here.cli(['audit', 'checkpoint', '--public-key'])).out);

    const proven = await here.cli(['audit', 'proof', event, '--key', key, '--json']);
    expect(proven.code).toBe(0);
    const { record, checkpoint, ...rest } = json(proven);
    expect(rest).toMatchObject({ ok: true, problem: null, signature_checked: true, event_id: event });
    expect(JSON.parse(record)).toMatchObject({ id: event, type: expect.stringContaining('execution') });
    expect((await here.cli(['audit', 'proof', event, '--size', String(checkpoint.size)])).out).toContain(
      `is record ${rest.index} of ${checkpoint.origin}`,
    );

    const kept = file('kept.txt', (await here.cli(['audit', 'checkpoint', '--size', String(checkpoint.size)])).out);
    expect(readFileSync(kept, 'utf8')).toBe(checkpoint.note);
    const since = await here.cli(['audit', 'checkpoint', '--since', kept, '--key', key]);
    expect(since).toMatchObject({ code: 0, out: expect.stringContaining('goes on from that of') });
    const listed = await here.cli(['audit', 'checkpoint', '--list', '5', '--key', key]);
    expect(listed.out).toContain(checkpoint.root);

    const stranger = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' });
    const other = file('other.pub', String(stranger));
    expect(await here.cli(['audit', 'proof', event, '--key', other])).toMatchObject({
      code: 1,
      out: expect.stringContaining('not signed by the key'),
    });
    expect((await here.cli(['audit', 'checkpoint', '--key', other])).code).toBe(1);
    // Of another history: the root of another log.
    const forged = checkpoint.note.replace(checkpoint.root, Buffer.alloc(32, 7).toString('base64'));
    expect((await here.cli(['audit', 'checkpoint', '--since', file('forged.txt', forged)])).code).toBe(1);
    for (const wrong of [
      ['proof', 'aud_1'],
      ['checkpoint', '--list', '1', '--size', '1'],
      ['checkpoint', '--since', key],
      ['checkpoint', '--since', file('forged.txt', forged), '--key', key],
    ])
      expect([wrong, (await here.cli(['audit', ...wrong])).code]).toEqual([wrong, 2]);
    expect((await here.cli(['audit', 'proof', 'aud_01JD0000000000000000000000'])).out).toBe('');
  });

  test('tail --once shows the latest, without the records of looking', async () => {
    await post('audit-b');
    const tail = async (...argv: string[]) =>
      lines((await here.cli(['audit', 'tail', '--once', '--json', ...argv])).out);
    await expect.poll(async () => (await tail('--session', 'audit-b')).length, { timeout: 10_000 }).toBe(2);
    expect((await tail('--lines', '3')).every(({ type }) => type !== 'dev.patchbay.audit.queried')).toBe(true);
    expect(await tail('--lines', '0')).toEqual([]);
    expect((await tail('--class', 'query')).length).toBeGreaterThan(0);
    expect((await here.cli(['audit', 'tail', '--once', '--session', 'audit-b'])).out).toMatch(
      /intent .*slack_create_channel[\s\S]*succeeded .*slack_create_channel/,
    );
  });

  test('tail follows: each event once, in order, until Ctrl-C', async () => {
    const person = new AbortController();
    let out = '';
    const tail = here.cli(['audit', 'tail', '--session', 'audit-c', '--interval', '100', '--json'], {
      interrupt: person.signal,
      onOutput: (text) => {
        out = text;
      },
    });
    await post('audit-c');
    await expect.poll(() => lines(out).length, { timeout: 10_000 }).toBe(2);
    await post('audit-c');
    await expect.poll(() => lines(out).length, { timeout: 10_000 }).toBe(4);
    person.abort();
    expect((await tail).code).toBe(0);
    expect(new Set(lines(out).map(({ id }) => id)).size).toBe(4);
  });
});

describe('doctor', () => {
  test('finds a running Patchbay healthy, and says what waits for somebody', async () => {
    const report = json(await here.cli(['doctor', '--json']));
    const { findings } = report as { findings: { id: string; about: string | null; status: string }[] };
    expect(findings.filter(({ status }) => status === 'fail' || status === 'skip')).toEqual([]);
    expect(report.healthy).toBe(true);
    // Every check looked; one that did not know what it saw would be missing.
    expect(new Set(findings.map(({ id }) => id))).toEqual(new Set(allChecks.map(({ id }) => id)));
    // The call that was dropped above; and the machine's nats-server, where it has published advisories.
    const warned = findings.filter(({ status }) => status === 'warn').map(({ id }) => id);
    const ofTheMachine = ['server-programs', 'nats-version'];
    expect(warned.filter((id) => !ofTheMachine.includes(id))).toEqual(['unknown-outcomes']);
    expect((await here.cli(['doctor'])).out).toMatch(/All is well, \d+ warnings?\./);
  });

  test('says what to do when nothing runs', async () => {
    const result = await here.cli(['doctor'], { cwd: directoryWith() });
    expect(result.code).toBe(1);
    expect(result.out).toMatch(/✗ running +Patchbay does not run.*\n.*\n +fix: npm start/);
    expect(result.out).toMatch(/- services +nothing says where Patchbay is/);
    const named = json(
      await here.cli(['doctor', '--json'], {
        cwd: directoryWith(),
        env: { PATCHBAY_NATS_URL: 'nats://127.0.0.1:1', PATCHBAY_STATE_DIR: '/nowhere' },
      }),
    );
    expect(named.findings.find(({ id }: { id: string }) => id === 'running').status).toBe('ok');
  });

  test('tells open keys, a gone process, closed ports, a refused key and missing servers', async () => {
    const cwd = copyOfFacts({ pid: 2 ** 22 + 1, nats_url: 'nats://127.0.0.1:1' });
    chmodSync(join(cwd, '.patchbay'), 0o755);
    mkdirSync(join(cwd, '.patchbay', 'keys'));
    writeFileSync(join(cwd, '.patchbay', 'keys', 'agent.seed'), 'x', { mode: 0o644 });
    const gone = await here.cli(['doctor'], {
      cwd,
      env: { PATCHBAY_NATS_SERVER: '/nowhere', PATCHBAY_REDIS_SERVER: '/nowhere' },
    });
    expect(gone.code).toBe(1);
    for (const text of [
      /✗ key-files .*\.patchbay, .*agent\.seed/,
      /fix: chmod go-rwx/,
      /✗ running .*is gone/,
      /✗ agent .*No NATS server answers/,
      /✗ server-programs +nats-server: not found/,
      /✗ server-programs +redis-server: not found/,
    ])
      expect(gone.out).toMatch(text);
    const closed = await here.cli(['doctor'], {
      cwd: copyOfFacts({
        pid: process.pid,
        sandbox_url: 'http://127.0.0.1:1',
        admin_credentials: here.patchbay.facts.agent_credentials,
      }),
    });
    expect(closed.out).toMatch(/✗ ports +sandbox: nothing listens at 127\.0\.0\.1:1/);
    // The agent's key connects, but is not an operator's.
    expect(closed.out).toMatch(/✗ (operator|services) /);
  });

  test('lists what it looks for, looks at what it is told, and knows no other checks', async () => {
    const { checks } = json(await here.cli(['doctor', '--list', '--json']));
    expect(checks.map(({ id }: { id: string }) => id)).toEqual(allChecks.map(({ id }) => id));
    expect((await here.cli(['doctor', '--list'])).out).toMatch(/^node-version +Node\.js is new enough\n/);
    const only = await here.cli(['doctor', '--only', 'node-version, disk-space', '--skip', 'disk-space', '--json']);
    expect(json(only).findings.map(({ id }: { id: string }) => id)).toEqual(['node-version']);
    expect(await here.cli(['doctor', '--only', 'sorcery'])).toMatchObject({ code: 2 });
  });
});

describe('demo', () => {
  const events = async (argv: string[]) =>
    lines((await here.cli(['demo', ...argv, '--json'], { cwd: demoDirectory })).out);
  let demoDirectory: string;
  beforeAll(() => {
    demoDirectory = here.cwd;
  });

  test('plays the conversation on the running Patchbay and tells each step', async () => {
    const told = await events([]);
    expect(told.filter(({ event }) => event === 'scene').map(({ scene }) => scene)).toEqual([
      'identify',
      'parallel',
      'dependent',
      'barge_in',
      'twice',
    ]);
    expect(told.filter(({ event }) => event === 'result').map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    const parallel = told.filter(
      ({ event, scene, state }) => event === 'call' && scene === 'parallel' && state === 'succeeded',
    );
    expect(parallel).toHaveLength(12);
    const summary = told.at(-1) as { executions: { audit: string[]; status: string }[] };
    expect(summary).toMatchObject({ event: 'summary', ok: true });
    expect(summary.executions).toHaveLength(16);
    expect(
      summary.executions.every(({ audit }) => audit.length >= 1 && audit.every((id) => id.startsWith('aud_'))),
    ).toBe(true);
    // Writes have an intent too.
    expect(summary.executions.filter(({ audit }) => audit.length >= 2).length).toBeGreaterThan(1);
  });

  test('shows it line by line, and at a terminal in tables that change in place', async () => {
    const plain = await here.cli(['demo', '--plain'], { tty: true, env: { NO_COLOR: '1' } });
    expect(plain.code).toBe(0);
    expect(plain.out).not.toContain('\u001b');
    expect(plain.out).toMatch(/12 of 12 succeeded in \d+ ms together/);
    expect(plain.out).toMatch(/the agent had its answer [\d.]+ ms after the cancel/);
    expect(plain.out).toContain('the service counts 1 ticket.');
    const live = await here.cli(['demo'], { tty: true, columns: 100 });
    expect(live.out).toContain('\u001b[12A\u001b[2K');
    expect(live.code).toBe(0);
  });

  test('ends between scenes when interrupted, and refuses what has no sandbox', async () => {
    const person = new AbortController();
    const stopped = await here.cli(['demo'], {
      interrupt: person.signal,
      onOutput: (out) => out.includes('Who is calling') && person.abort(),
    });
    expect(stopped.code).toBe(1);
    expect(stopped.out).not.toContain('Twelve calls');
    const live = await here.cli(['demo'], { cwd: copyOfFacts({ sandbox_url: null }) });
    expect(live).toMatchObject({ code: 2 });
    expect(live.err).toContain('The demo needs the sandbox');
    const closed = directoryWith({ token: 'wrong' });
    const refused = await here.cli(['demo'], { cwd: copyOfFacts({ sandbox_control_token: join(closed, 'token') }) });
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.err).toContain('The sandbox refused POST behave (HTTP 403)');
  });

  test('tells what went wrong when a scene does not go as it should', async () => {
    const { connections } = json(await here.cli(['connections', 'list', '--integration', 'hubspot', '--json']));
    expect((await here.cli(['connections', 'remove', connections[0].id])).code).toBe(0);
    const result = await here.cli(['demo']);
    expect(result.code).toBe(1);
    expect(result.out).toContain('The lookup found nobody');
    expect(result.out).toContain('Something did not go as it should');
  });
});
