import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxControl } from './demo/sandbox-control.ts';
import { directoryWith, type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
});
afterAll(() => here?.stop());

describe('warm', () => {
  test('gets integrations ready, says what is not known, and wants at least one name', async () => {
    const warmed = json(
      await here.cli(['warm', 'slack', '--tool', 'slack_post_message', '--deadline', '10000', '--json']),
    );
    expect(warmed).toMatchObject({ integrations: [{ integration: 'slack', ready: true, error: null }], missing: [] });
    const unknown = await here.cli(['warm', 'slack', 'slick', '--deadline', '10000']);
    expect(unknown.code).toBe(1);
    expect(unknown.out).toContain('Not known to this tenant: slick.');
    expect((await here.cli(['warm'])).code).toBe(2);
  });
});

describe('tools', () => {
  test('list shows what the tenant can call, narrowed by filters', async () => {
    const all = await here.cli(['tools', 'list']);
    expect(all.code).toBe(0);
    expect(all.out).toMatch(/^TOOL +RISK +VERSION/);
    expect(all.out).toContain('slack_post_message');
    const reads = json(
      await here.cli([
        'tools',
        'list',
        '--integration',
        'slack',
        '--risk',
        'read',
        '--category',
        'communication',
        '--json',
      ]),
    );
    expect(reads.tools.map((tool: { name: string }) => tool.name)).toEqual([
      'slack_check_connection',
      'slack_lookup_user',
    ]);
    expect(reads).toMatchObject({ tenant: 'acme', total: 2 });
    expect((await here.cli(['tools', 'list', '--integration', 'nobody'])).out).toContain(
      "No tool of tenant 'acme' matches",
    );
  });

  test('a tenant can be chosen', async () => {
    const credentials = here.patchbay.facts.admin_credentials;
    const other = await here.cli(['tools', 'list', '--tenant', 'rival', '--json']);
    // The agent's key is its tenant's alone.
    expect(other.code).toBe(3);
    expect(json(other).error.code).toBe('not_permitted');
    expect((await here.cli(['connections', 'list', '--tenant', 'rival', '--credentials', credentials])).out).toContain(
      "Tenant 'rival' has no such connection",
    );
    expect((await here.cli(['tools', 'list', '--tenant', 'Not A Tenant'])).code).toBe(2);
  });

  test('search puts what fits first', async () => {
    const found = json(
      await here.cli(['tools', 'search', 'book', 'a', 'meeting', '--limit', '2', '--category', 'calendar', '--json']),
    );
    expect(found.tools.map((tool: { name: string }) => tool.name)).toContain('google_calendar_create_meeting');
    expect((await here.cli(['tools', 'search', 'book a meeting'])).out).toContain('google_calendar_create_meeting');
    expect((await here.cli(['tools', 'search', 'zzzzqqq'])).out).toContain('Nothing fits');
    expect((await here.cli(['tools', 'search', ' '])).code).toBe(2);
    expect((await here.cli(['tools', 'search', 'x', '--limit', '21'])).code).toBe(2);
  });

  test('search gives definitions within a budget of tokens, and says what that leaves out', async () => {
    const search = ['tools', 'search', 'Nachricht an Slack senden', '--format', 'openai-realtime'];
    const all = await here.cli(search);
    expect(json(all)[0]).toMatchObject({ type: 'function', name: 'slack_post_message' });
    const some = await here.cli([...search, '--max-tokens', '300']);
    expect(json(some).length).toBeLessThan(json(all).length);
    expect(some.err).toContain('Left out, for want of tokens: ');
  });

  test('export writes the tools of one request', async () => {
    const cached = json(
      await here.cli(['tools', 'export', '--integration', 'slack', '--format', 'anthropic', '--cache', '1h']),
    );
    expect(cached.at(-1)).toMatchObject({ name: 'slack_upload_file', cache_control: { type: 'ephemeral', ttl: '1h' } });
    const out = ['--out', 'tools.json'];
    const names = 'slack_post_message,slack_lookup_user';
    const written = await here.cli([
      ...['tools', 'export', '--tools', names, '--format', 'openai-responses', '--namespaces', ...out],
    ]);
    expect(written.out).toContain('Wrote 2 tools to tools.json.');
    expect(JSON.parse(readFileSync(join(here.cwd, 'tools.json'), 'utf8'))).toMatchObject([
      { type: 'namespace', name: 'slack', tools: [{ name: 'slack_post_message' }, { name: 'slack_lookup_user' }] },
    ]);
    expect((await here.cli(['tools', 'export', '--format', 'mcp'])).code).toBe(2);
    expect((await here.cli(['tools', 'export', '--integration', 'slack'])).code).toBe(2);
    const unknown = await here.cli(['tools', 'export', '--tools', 'no_such_tool', '--format', 'mcp']);
    expect(unknown.code).toBe(3);
    expect(unknown.err).toContain("no tool 'no_such_tool'");
    expect((await here.cli(['tools', 'export', '--integration', 'nobody', '--format', 'mcp'])).code).toBe(3);
  });

  test('show tells a person how to call it, and a program its definition', async () => {
    const shown = await here.cli(['tools', 'show', 'slack_post_message'], { columns: 100 });
    expect(shown.out).toContain('a repeat may act twice');
    expect(shown.out).toMatch(/channel +string +required +Channel name/);
    expect(shown.out).toContain("patchbay exec slack_post_message channel='#sales' text='New lead");
    expect(
      Math.max(
        ...shown.out
          .split('\n')
          .filter((line) => !line.includes('patchbay exec'))
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(100);
    expect((await here.cli(['tools', 'show', 'slack_check_connection'])).out).toContain('Takes no arguments.');
    expect(json(await here.cli(['tools', 'show', 'slack_post_message', '--format', 'openai']))).toMatchObject({
      type: 'function',
    });
    expect(json(await here.cli(['tools', 'show', 'slack_post_message', '--format', 'mcp', '--json']))).toHaveProperty(
      'inputSchema',
    );
  });

  test('show of a tool that is not there names close ones', async () => {
    const missing = await here.cli(['tools', 'show', 'slack_post_mesage']);
    expect(missing.code).toBe(3);
    expect(missing.err).toContain('Did you mean slack_post_message');
    expect((await here.cli(['tools', 'show', 'Slack!'])).code).toBe(2);
  });
});

describe('exec', () => {
  test('prints output, status and latency', async () => {
    const done = await here.cli(['exec', 'slack_post_message', 'channel=C1', 'text=hello there = you']);
    expect(done.code).toBe(0);
    expect(done.out).toContain('"ts":');
    expect(done.out).toMatch(
      /succeeded {2}slack_post_message 1\.1\.0\n {2}took .* ms upstream, .* ours, 1 attempt\n {2}execution {2}exe_/,
    );
    expect(done.err).toBe('');
  });

  test('reads values as the schema says', async () => {
    const dry = json(
      await here.cli([
        'exec',
        'google_calendar_create_meeting',
        'title=1',
        'start=2026-03-02T15:00:00Z',
        'end=2026-03-02T15:30:00Z',
        'attendees=a@b.example',
        'attendees=c@d.example',
        '--dry-run',
        '--json',
      ]),
    );
    expect(dry.output.body).toMatchObject({
      summary: '1',
      attendees: [{ email: 'a@b.example' }, { email: 'c@d.example' }],
    });
  });

  test('takes arguments from JSON, a file and standard input, and words win', async () => {
    const cwd = here.cwd;
    const file = directoryWith({ 'args.json': '{"channel":"C1","text":"from a file"}' });
    const call = (...rest: string[]) => ['exec', 'slack_post_message', ...rest, '--dry-run', '--json'];
    expect(json(await here.cli(call('--args', '{"channel":"C1","text":"a"}', 'text=b'))).output.body.text).toBe('b');
    expect(json(await here.cli(call('--args', `@${file}/args.json`))).output.body.text).toBe('from a file');
    expect(
      json(await here.cli(call('--args', '-'), { input: '{"channel":"C1","text":"piped"}', cwd })).output.body.text,
    ).toBe('piped');
    for (const bad of ['nonsense', '[1]', `@${file}/none.json`])
      expect((await here.cli(call('--args', bad))).code, bad).toBe(2);
  });

  test('options reach the executor: key, deadline, session, version, connection', async () => {
    const { connections } = json(await here.cli(['connections', 'list', '--integration', 'slack', '--json']));
    const argv = [
      'exec',
      'slack_post_message',
      'channel=C1',
      'text=once',
      '--key',
      'toolu_cli',
      '--deadline',
      '4000',
      '--session',
      'call-9',
      '--version',
      '1.1.0',
      '--connection',
      connections[0].id,
    ];
    expect(json(await here.cli([...argv, '--json']))).toMatchObject({
      status: 'succeeded',
      replayed: false,
      version: '1.1.0',
    });
    expect((await here.cli(argv)).out).toContain('the stored answer of an earlier call with this key');
    const clash = await here.cli(['exec', 'slack_post_message', 'channel=C1', 'text=other', '--key', 'toolu_cli']);
    expect(clash.code).toBe(3);
    expect(clash.out).toContain('invalid_request');
  });

  test('a refusal says what is wrong and what to do, with its own exit code', async () => {
    const refused = await here.cli(['exec', 'slack_post_message', 'channel=C1']);
    expect(refused.code).toBe(3);
    expect(refused.out).toContain('invalid_arguments: arguments.text is required');
    expect(refused.out).toContain("“I'm missing a detail I need for that.”");
    expect(refused.out).toContain('Ask the person for what is missing');
    const unknown = await here.cli(['exec', 'slack_post_mesage', 'a=1', '--json']);
    expect(unknown.code).toBe(3);
    expect(json(unknown).error.code).toBe('tool_not_found');
    expect((await here.cli(['exec', 'Not-A-Tool', 'a=1'])).code).toBe(3);
    expect((await here.cli(['exec', 'slack_post_message', 'chanel=C1'])).err).toContain(
      "no argument 'chanel'. It takes: channel, text, thread_ts.",
    );
  });

  test('failed and unknown outcomes have exit codes of their own', async () => {
    const { sandbox_url, sandbox_control_token } = here.patchbay.facts;
    const token = readFileSync(sandbox_control_token as string, 'utf8');
    const behave = async (doing: object) => {
      const control = sandboxControl(sandbox_url as string, token);
      return control.behave({ tool: 'slack_create_channel', do: doing as never });
    };
    const call = ['exec', 'slack_create_channel', 'name=a'];
    let back = await behave({ kind: 'status', status: 400, body: { ok: false } });
    const failed = await here.cli(call);
    await back();
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.out).toContain('upstream_error');
    back = await behave({ kind: 'hang' });
    const unknown = await here.cli([...call, '--deadline', '400', '--json']);
    await back();
    expect(unknown.code).toBe(4);
    expect(json(unknown).status).toBe('outcome_unknown');
    back = await behave({ kind: 'rate_limit', retryAfter: '60' });
    const limited = await here.cli([...call, '--deadline', '1000']);
    await back();
    expect(limited.out).toMatch(/retry in +\d/);
  });

  test('Ctrl-C cancels the call', async () => {
    const { sandbox_url, sandbox_control_token } = here.patchbay.facts;
    const control = sandboxControl(sandbox_url as string, readFileSync(sandbox_control_token as string, 'utf8'));
    const back = await control.behave({ tool: 'slack_lookup_user', do: { kind: 'delay', ms: 9_000 } });
    const person = new AbortController();
    const running = here.cli(['exec', 'slack_lookup_user', 'email=a@b.example', '--json'], {
      interrupt: person.signal,
    });
    const arrived = async () => {
      const response = await fetch(`${sandbox_url}/_sandbox/requests?tool=slack_lookup_user`, {
        headers: { 'x-sandbox-token': readFileSync(sandbox_control_token as string, 'utf8') },
      });
      return ((await response.json()) as unknown[]).length;
    };
    await expect.poll(arrived, { timeout: 5_000 }).toBeGreaterThan(0);
    person.abort();
    const result = await running;
    await back();
    expect(result.code).toBe(1);
    expect(json(result).status).toBe('cancelled');
  });
});

describe('completion', () => {
  const words = async (...typed: string[]) =>
    (await here.cli(['complete', '--', ...typed])).out.split('\n').map((line) => line.split('\t')[0]);
  test('knows tools, their arguments, integrations and connections', async () => {
    expect(await words('exec', 'slack_po')).toEqual(['slack_post_message', '']);
    expect(await words('exec', 'slack_post_message', 'channel=C1', '')).toEqual(['text=', 'thread_ts=', '']);
    expect(await words('exec', 'no_such_tool', '')).toEqual(['']);
    expect(await words('connections', 'add', 'sl')).toEqual(['slack', '']);
    expect(await words('tools', 'list', '--integration', 'hub')).toEqual(['hubspot', '']);
    expect((await words('connections', 'remove', 'con_')).length).toBeGreaterThan(4);
    expect(await words('audit', 'tail', '--tool', 'slack_po')).toEqual(['slack_post_message', '']);
  });
});
