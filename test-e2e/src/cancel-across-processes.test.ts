import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningPatchbay, startPatchbay } from '@patchbay/launcher';
import { type Admin, type Agent, connect, connectAdmin } from '@patchbay/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type HeldUpstream, startHeldUpstream } from './held-upstream.ts';
import { noDoors, simpleDocument } from './system.ts';

const tenant = 'acme';
const [look, book] = ['/v1/look', '/v1/book'];
/** Ample on a busy machine; nothing here is held to its speed. */
const patient = { timeout: 30_000, interval: 20 };

let dir: string;
let upstream: HeldUpstream;
let patchbay: RunningPatchbay;
let admin: Admin;
let agent: Agent;
const children: ChildProcess[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'patchbay-e2e-'));
  upstream = await startHeldUpstream();
  patchbay = await startPatchbay({
    stateDir: dir,
    tenants: [tenant],
    shape: 'processes',
    leaveOut: noDoors,
    executors: 2,
    sandbox: false,
    dialUpstreamAt: upstream.url,
    seedCatalog: false,
    logLevel: 'info',
    ports: { nats: 0, redis: 0, sandbox: 0, ingress: 0, gateway: 0 },
  });
  const { nats_url: servers, agent_credentials, admin_credentials } = patchbay.facts;
  admin = await connectAdmin({ servers, tenant, credentials: admin_credentials });
  await admin.register({ document: simpleDocument('held') });
  await admin.addConnection({ integration: 'held', credential: { type: 'bearer', token: 'token-0123456789' } });
  agent = await connect({ servers, tenant, credentials: agent_credentials });
});
afterEach(() => {
  upstream.release();
  upstream.reset();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await agent?.close();
  await admin?.close();
  await patchbay?.stop();
  await upstream?.close();
  rmSync(dir, { recursive: true, force: true });
});

function startLoneAgent(tool: string, key: string): ChildProcess {
  const { nats_url, agent_credentials } = patchbay.facts;
  const entry = fileURLToPath(new URL('lone-agent.ts', import.meta.url));
  const child = fork(entry, [nats_url, tenant, agent_credentials, tool, key], { execArgv: [] });
  children.push(child);
  return child;
}

describe('a cancelled session', () => {
  test('closes the upstream sockets of its reads in every executor', async () => {
    const inCall = agent.inSession({ session: 'call-77' });
    const running = Array.from({ length: 8 }, (_, number) =>
      inCall.execute('held_look', { number }, { deadlineMs: 100_000 }),
    );
    await vi.waitFor(() => expect(upstream.arrived(look)).toBe(8), patient);
    expect((await agent.cancel({ session: 'call-77' })).cancelled).toHaveLength(8);
    await vi.waitFor(() => expect(upstream.closed(look)).toBe(8), patient);
    for (const result of await Promise.all(running)) expect(result).toMatchObject({ status: 'cancelled' });
  });

  test('finishes a write that was sent, and keeps its answer under its key', async () => {
    const options = { idempotencyKey: 'finished', deadlineMs: 100_000 };
    const running = agent.inSession({ session: 'call-78' }).execute('held_book', { number: 2 }, options);
    await vi.waitFor(() => expect(upstream.arrived(book)).toBe(1), patient);
    await agent.cancel({ session: 'call-78' });
    expect(upstream.closed(book)).toBe(0);
    upstream.release();
    const { execution_id } = await running;
    expect(await agent.execute('held_book', { number: 2 }, options)).toMatchObject({
      status: 'succeeded',
      execution_id,
      replayed: true,
    });
    expect(upstream.arrived(book)).toBe(1);
  });
});

describe('a caller that is killed', () => {
  test('takes its read with it: the upstream socket is closed long before the deadline', async () => {
    const caller = startLoneAgent('held_look', 'gone-1');
    await vi.waitFor(() => expect(upstream.arrived(look)).toBe(1), patient);
    caller.kill('SIGKILL');
    await vi.waitFor(() => expect(upstream.closed(look)).toBe(1), patient);
  });

  test('leaves its write to be finished, for whoever asks again with its key', async () => {
    const caller = startLoneAgent('held_book', 'gone-2');
    await vi.waitFor(() => expect(upstream.arrived(book)).toBe(1), patient);
    caller.kill('SIGKILL');
    const again = agent.execute('held_book', { number: 1 }, { idempotencyKey: 'gone-2', deadlineMs: 100_000 });
    upstream.release();
    expect(await again).toMatchObject({ status: 'succeeded', replayed: true });
    expect(upstream.arrived(book)).toBe(1);
    expect(upstream.closed(book)).toBe(0);
  });
});
