import { createEgress, type Egress } from '@patchbay/egress';
import { startMcpServer, stdioProgram, type TestMcpServer } from '@patchbay/testkit/mcp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createMcpCaller, type McpCallerOptions } from './session-pool.ts';
import type { McpCall, McpCaller, McpOutcome } from './types.ts';

let egress: Egress;
let caller: McpCaller;
const opened: McpCaller[] = [];

function start(options: Partial<McpCallerOptions> = {}): McpCaller {
  caller = createMcpCaller({ egress, ...options });
  opened.push(caller);
  return caller;
}
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

type Given = Partial<Omit<McpCall, 'request'>> & Partial<McpCall['request']> & { args?: object; ms?: number };

/** A call of a tool with these arguments; 5 s unless `ms` says otherwise. */
function call(tool: string, given: Given = {}): Promise<McpOutcome> {
  const { args = {}, ms = 5_000, stdio = null, digest = null, connection = 'con_1', ...request } = given;
  return caller.call({
    request: {
      tenant: 'acme',
      method: 'POST',
      url: 'https://desk.stdio.invalid/',
      headers: { authorization: 'Bearer first', accept: 'application/json' },
      body: JSON.stringify(args),
      hosts: ['127.0.0.1', '127.0.0.1:*'],
      deadlineAt: performance.now() + ms,
      maxResponseBytes: 1_048_576,
      ...request,
    },
    stdio,
    tool,
    digest,
    connection,
  });
}

const answered = (outcome: McpOutcome): unknown =>
  outcome.ok ? JSON.parse(Buffer.from(outcome.response.body).toString()) : outcome;

describe.each(['2025-11-25', '2026-07-28'] as const)('over HTTP, protocol %s', (protocol) => {
  let server: TestMcpServer;
  beforeAll(async () => {
    server = await startMcpServer(protocol);
    egress = createEgress({ trustedOrigins: [server.origin] });
  });
  afterAll(async () => {
    await egress.close();
    await server.close();
  });
  const ask = (tool: string, given: Given = {}) =>
    call(tool, { url: server.url, hosts: [new URL(server.origin).host], ...given });
  const asked = (rpc: string) => server.requests.filter((request) => request.rpc === rpc);

  test('structured content is the answer, else text, with the credential in every message', async () => {
    start();
    const before = server.requests.length;
    expect(await ask('add', { args: { a: 1, b: 2 } })).toMatchObject({
      ok: true,
      response: { toolFailed: false, status: 200 },
    });
    expect(answered(await ask('add', { args: { a: 3, b: 4 } }))).toEqual({ sum: 7 });
    expect(answered(await ask('open-ticket', { args: { subject: 'x' } }))).toEqual({ number: expect.any(Number) });
    expect(answered(await ask('picture'))).toEqual({
      text: 'The desk',
      content: [
        { type: 'image', mime_type: 'image/png', bytes: 3_000 },
        { type: 'resource_link', uri: 'https://desk.example/1', name: 'One' },
      ],
    });
    const seen = server.requests.slice(before);
    expect(seen.every(({ headers }) => headers['authorization'] === 'Bearer first')).toBe(true);
    expect(seen.every(({ method }) => method === 'POST')).toBe(true);
    const version = seen.find(({ rpc }) => rpc === 'tools/call')?.headers['mcp-protocol-version'];
    expect(version).toBe(protocol);
    expect(caller.stats()).toEqual({ sessions: 1, programs: 0 });
  });

  test('a failure that the tool reports, and one of the protocol, say why', async () => {
    start();
    const reported = await ask('fail');
    expect(reported).toMatchObject({ ok: true, response: { toolFailed: true } });
    expect(answered(reported)).toEqual({ message: 'The desk is closed on Sundays.' });
    expect(await ask('nothing-like-it')).toMatchObject({ ok: true, response: { toolFailed: true } });
  });

  test('a deadline ends a call at the server too', async () => {
    start();
    await ask('add', { args: { a: 1, b: 1 } });
    const { cancelled } = server.log;
    const startedAt = performance.now();
    expect(await ask('wait', { ms: 1_500 })).toMatchObject({ ok: false, failure: { kind: 'deadline', sent: true } });
    expect(performance.now() - startedAt).toBeGreaterThan(1_400);
    await expect.poll(() => server.log.cancelled).toBe(cancelled + 1);
    expect(answered(await ask('add', { args: { a: 1, b: 1 } }))).toEqual({ sum: 2 });
  });

  test('a cancel ends a call at the server too', async () => {
    start();
    const { cancelled, calls } = server.log;
    const waiting = calls.length;
    const stop = new AbortController();
    const outcome = ask('wait', { signal: stop.signal, ms: 30_000 });
    await expect.poll(() => calls.length).toBe(waiting + 1);
    stop.abort();
    expect(await outcome).toMatchObject({ ok: false, failure: { kind: 'aborted', sent: true } });
    await expect.poll(() => server.log.cancelled).toBe(cancelled + 1);
  });

  test('sessions are of one tenant, connection and credential', async () => {
    start();
    const opening = protocol === '2025-11-25' ? 'initialize' : 'server/discover';
    const before = asked(opening).length;
    await Promise.all([ask('add', { args: { a: 1, b: 1 } }), ask('add', { args: { a: 1, b: 1 } })]);
    expect(asked(opening).length - before).toBe(1);
    await ask('add', { args: { a: 1, b: 1 }, tenant: 'rival' });
    await ask('add', { args: { a: 1, b: 1 }, connection: 'con_2' });
    await ask('add', { args: { a: 1, b: 1 }, headers: { authorization: 'Bearer second' } });
    expect(asked(opening).length - before).toBe(4);
    expect(caller.stats().sessions).toBe(4);
    caller.forget('acme', 'con_1');
    expect(caller.stats().sessions).toBe(2);
  });

  test('an idle session ends, at the server too', async () => {
    start({ idleMs: 40 });
    await ask('add', { args: { a: 1, b: 1 } });
    await expect.poll(() => caller.stats().sessions).toBe(0);
    await expect.poll(() => server.sessions()).toBe(0);
  });

  test('a server that started again is met with a new session, and the call is made once', async () => {
    start();
    await ask('open-ticket', { args: { subject: 'before' } });
    await server.restart();
    const calls = server.log.calls.length;
    expect(answered(await ask('open-ticket', { args: { subject: 'after' } }))).toEqual({ number: expect.any(Number) });
    expect(server.log.calls.length).toBe(calls + 1);
  });

  test('a call is made again after a 404 only where that says that a session is unknown', async () => {
    start();
    await ask('add', { args: { a: 1, b: 1 } });
    const before = asked('tools/call').length;
    server.interrupt('tools/call', (response) => response.writeHead(404).end());
    expect(await ask('open-ticket', { args: { subject: 'x' } })).toMatchObject({ ok: true, response: { status: 404 } });
    server.interrupt('tools/call', null);
    expect(asked('tools/call').length - before).toBe(protocol === '2025-11-25' ? 2 : 1);
  });

  test('what the server lists is held against the digest of the document', async () => {
    start();
    const refused = await ask('add', { args: { a: 1, b: 1 }, digest: '0'.repeat(64) });
    expect(refused).toMatchObject({ refused: { code: 'response_invalid', details: { reason: 'mcp_tool_changed' } } });
    const { digest } = (refused as unknown as { refused: { details: { digest: string } } }).refused.details;
    expect(answered(await ask('add', { args: { a: 1, b: 1 }, digest }))).toEqual({ sum: 2 });
    expect(await ask('gone', { digest })).toMatchObject({ refused: { details: { reason: 'mcp_tool_gone' } } });
    server.log.changed = true;
    start();
    const calls = server.log.calls.length;
    expect(await ask('add', { args: { a: 1, b: 1 }, digest })).toMatchObject({
      refused: { details: { reason: 'mcp_tool_changed' } },
    });
    expect(server.log.calls.length).toBe(calls);
    server.log.changed = false;
  });

  test('an answer that is cut off is lost; one that is no MCP, a refusal and a redirect are told apart', async () => {
    start();
    await ask('add', { args: { a: 1, b: 1 } });
    server.interrupt('tools/call', (response) => response.destroy());
    expect(await ask('add')).toMatchObject({ ok: false, failure: { kind: 'connection_lost', sent: true } });
    server.interrupt('tools/call', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n');
    });
    expect(await ask('add')).toMatchObject({ ok: false, failure: { kind: 'connection_lost', sent: true } });
    server.interrupt('tools/call', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'));
    expect(await ask('add')).toMatchObject({ ok: false, failure: { reason: 'mcp_invalid', sent: true } });
    server.interrupt('tools/call', (response) => response.writeHead(429, { 'retry-after': '7' }).end());
    expect(await ask('add')).toMatchObject({ ok: true, response: { status: 429, headers: { 'retry-after': '7' } } });
    const before = server.requests.length;
    server.interrupt('tools/call', (response) => response.writeHead(307, { location: `${server.origin}/other` }).end());
    expect(await ask('add')).toMatchObject({ ok: true, response: { status: 307 } });
    expect(server.requests.length).toBe(before + 1);
    server.interrupt('tools/call', (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(`"${'x'.repeat(9_000)}"`),
    );
    expect(await ask('add', { maxResponseBytes: 4_096 })).toMatchObject({ failure: { kind: 'too_large', sent: true } });
    server.interrupt('tools/call', null);
    expect(answered(await ask('add', { args: { a: 1, b: 1 } }))).toEqual({ sum: 2 });
  });

  test('a session that cannot be opened sends nothing', async () => {
    start();
    const opening = protocol === '2025-11-25' ? 'initialize' : 'server/discover';
    const calls = server.log.calls.length;
    for (const [status, outcome] of [
      [401, { ok: true, response: { status: 401 } }],
      [503, { ok: false, failure: { kind: 'unreachable', sent: false } }],
    ] as const) {
      for (const rpc of ['initialize', 'server/discover'])
        server.interrupt(rpc, (response) => response.writeHead(status).end());
      expect(await ask('add')).toMatchObject(outcome);
    }
    for (const rpc of ['initialize', 'server/discover']) server.interrupt(rpc, null);
    server.interrupt(opening, () => {});
    expect(await ask('add', { ms: 200 })).toMatchObject({ failure: { kind: 'deadline', sent: false } });
    server.interrupt(opening, null);
    expect(server.log.calls.length).toBe(calls);
    // A private address that nobody trusts.
    const strict = createEgress();
    start({ egress: strict });
    expect(await ask('add')).toMatchObject({ failure: { kind: 'denied', sent: false } });
    await caller.close();
    await strict.close();
  });
});

describe('a program', () => {
  const program = stdioProgram();
  let said: string[] = [];
  let ends: string[] = [];
  beforeAll(() => {
    egress = createEgress();
  });
  afterAll(() => egress.close());
  const run = (options: Partial<McpCallerOptions> = {}) => {
    said = [];
    ends = [];
    return start({
      commands: new Map([['desk', program]]),
      onStderr: (_command, line) => said.push(line),
      onProgramEnded: (_command, why) => ends.push(why),
      ...options,
    });
  };
  const ask = (
    tool: string,
    { args, ...given }: Given & { programArgs?: string[]; env?: Record<string, string> } = {},
  ) =>
    call(tool, {
      ...given,
      ...(args !== undefined && { args }),
      ms: given.ms ?? 15_000,
      stdio: { command: 'desk', args: given.programArgs ?? [], env: given.env ?? {} },
    });
  const numberIn = (word: string) =>
    Number(said.map((line) => line.split(`${word} `)[1]).find((text) => text !== undefined));
  const runs = (pid: number) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };

  test('is run once for a tenant and connection, with nothing in its environment but what it is given', async () => {
    run();
    const env = { DESK_KEY: 'made-up-key' };
    const given = { programArgs: ['--environment'], env };
    expect(answered(await ask('add', { args: { a: 1, b: 2 }, ...given }))).toEqual({ sum: 3 });
    expect(answered(await ask('add', { args: { a: 1, b: 2 }, ...given }))).toEqual({ sum: 3 });
    expect(caller.stats()).toEqual({ sessions: 1, programs: 1 });
    // A shell adds PWD and such.
    const environment = said.find((line) => line.startsWith('environment'))?.slice('environment '.length) ?? '{}';
    const { DESK_KEY, ...rest } = JSON.parse(environment);
    expect(DESK_KEY).toBe('[secret]');
    expect(Object.keys(rest).filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name))).toEqual([]);
    await ask('add', { args: { a: 1, b: 2 }, tenant: 'rival', ...given });
    expect(caller.stats().programs).toBe(2);
  });

  test('ends with all that it started', async () => {
    run();
    await ask('add', { args: { a: 1, b: 2 }, programArgs: ['--leave-child'] });
    await expect.poll(() => numberIn('child')).toBeGreaterThan(0);
    const [child, own] = [numberIn('child'), numberIn('pid')];
    expect([runs(child), runs(own)]).toEqual([true, true]);
    await caller.close();
    await expect.poll(() => [runs(child), runs(own)]).toEqual([false, false]);
  });

  test('that ends by itself loses the call under way, and is started again', async () => {
    run();
    await ask('add', { args: { a: 1, b: 2 } });
    const waiting = ask('wait-and-write');
    const pid = numberIn('pid');
    process.kill(pid, 'SIGKILL');
    expect(await waiting).toMatchObject({ failure: { kind: 'connection_lost', sent: true } });
    expect(ends).toEqual(['exit']);
    expect(answered(await ask('add', { args: { a: 1, b: 2 } }))).toEqual({ sum: 3 });
  });

  test('that cannot stay is not started again at once for ever', async () => {
    run();
    const given = { programArgs: ['--die'] };
    expect(await ask('add', given)).toMatchObject({ failure: { kind: 'unreachable', sent: false } });
    expect(await ask('add', given)).toMatchObject({ failure: { kind: 'unreachable', sent: false } });
    // Each time it waits longer, so that in the end the next call comes sooner, however slow the machine.
    const refused = { failure: { sent: false, message: expect.stringContaining('not started again yet') } };
    await expect.poll(() => ask('add', given), { interval: 1, timeout: 15_000 }).toMatchObject(refused);
  });

  test('is held to its memory', async () => {
    run({ maxProgramBytes: 192 * 1_048_576 });
    await ask('add', { args: { a: 1, b: 2 }, programArgs: ['--eat'] });
    await expect.poll(() => ends, { timeout: 15_000 }).toEqual(['memory']);
  });

  test('that nobody allowed is not run, and past their number none is', async () => {
    run({ commands: new Map() });
    expect(await ask('add')).toMatchObject({
      refused: { code: 'egress_denied', details: { reason: 'mcp_command_not_allowed' } },
    });
    run({ maxPrograms: 1 });
    const stop = new AbortController();
    const waiting = ask('wait', { signal: stop.signal });
    expect(await ask('add', { tenant: 'rival' })).toMatchObject({ refused: { code: 'overloaded' } });
    stop.abort();
    await waiting;
    expect(answered(await ask('add', { args: { a: 1, b: 1 }, tenant: 'rival' }))).toEqual({ sum: 2 });
    run({ commands: new Map([['desk', '/nowhere/desk']]) });
    expect(await ask('add')).toMatchObject({ ok: false, failure: { sent: false } });
  });
});
