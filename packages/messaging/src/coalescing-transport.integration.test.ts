import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeyAuthenticator } from '@nats-io/transport-node';
import { events, inboxPrefixOf } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type CoalescingConnection, connectCoalescing } from './coalescing-transport.ts';

let servers: TestServers;
beforeAll(async () => {
  servers = await startTestServers({ redis: false });
});
afterAll(() => servers?.stop());

/** An executor may both publish and hear it. */
const subject = events.cancelBroadcast.subject;

const connect = (): Promise<CoalescingConnection> =>
  connectCoalescing({
    servers: [...servers.natsUrls],
    authenticator: nkeyAuthenticator(new TextEncoder().encode(servers.seedOf('executor'))),
    inboxPrefix: inboxPrefixOf('executor'),
  });

async function listen(): Promise<{ readonly heard: string[]; close(): Promise<void> }> {
  const { connection } = await connect();
  const heard: string[] = [];
  connection.subscribe(subject, { callback: (_error, message) => void heard.push(message.string()) });
  await connection.flush();
  return { heard, close: () => connection.close() };
}

describe('the coalescing transport', () => {
  test('keeps the order of frames small and large, over turns of the event loop', async () => {
    const { heard, close } = await listen();
    const { connection } = await connect();
    const sent: string[] = [];
    for (let turn = 0; turn < 20; turn++) {
      for (let i = 0; i < 50; i++) {
        const payload = `${turn}.${i} ${'x'.repeat(i === 25 ? 300_000 : i * 10)}`;
        sent.push(payload);
        connection.publish(subject, payload);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await vi.waitFor(() => expect(heard).toHaveLength(sent.length), { timeout: 10_000 });
    expect(heard.every((payload, i) => payload === sent[i])).toBe(true);
    await Promise.all([connection.close(), close()]);
  });

  /** How often the socket is written to while 100 frames are sent in one turn that takes so many milliseconds. */
  async function writesOf(turnMs: number): Promise<number> {
    const { connection, written } = await connect();
    await written();
    const { socket } = (connection as unknown as { protocol: { transport: { socket: { write(): boolean } } } }).protocol
      .transport;
    const write = vi.spyOn(socket, 'write');
    const start = performance.now();
    const clock = vi.spyOn(performance, 'now');
    for (let i = 0; i < 100; i++) {
      clock.mockReturnValue(start + (i * turnMs) / 100);
      connection.publish(subject, String(i));
      await Promise.resolve();
    }
    clock.mockRestore();
    await written();
    await connection.close();
    return write.mock.calls.length;
  }

  test('makes one write of what one turn of the event loop sends', async () => {
    expect(await writesOf(0.4)).toBe(1);
  });

  test('writes every half a millisecond in a turn that takes longer', async () => {
    const writes = await writesOf(10);
    expect(writes).toBeGreaterThan(10);
    expect(writes).toBeLessThan(25);
  });

  test('reads a flood in pieces, with a turn of the event loop for everything else between them', async () => {
    const { connection } = await connect();
    const sender = await connect();
    let turn = 0;
    let ended = false;
    const count = () => {
      turn++;
      if (!ended) setImmediate(count);
    };
    const heardIn = new Map<number, number>();
    const heard = () => [...heardIn.values()].reduce((sum, some) => sum + some, 0);
    connection.subscribe(subject, { callback: () => void heardIn.set(turn, (heardIn.get(turn) ?? 0) + 1) });
    await connection.flush();
    count();
    for (let i = 0; i < 2_000; i++) sender.connection.publish(subject, 'x'.repeat(1_000));
    await sender.connection.flush();
    // The server writes what the listener's socket takes, while its process does not look.
    const until = performance.now() + 300;
    while (performance.now() < until);
    await vi.waitFor(() => expect(heard()).toBe(2_000), { timeout: 10_000 });
    ended = true;
    expect(Math.max(...heardIn.values())).toBeLessThan(140);
    await Promise.all([connection.close(), sender.connection.close()]);
  });

  test('has nothing to wait for when nothing was sent, and cannot say so without a connection', async () => {
    const { connection, written } = await connect();
    await written();
    await written();
    await connection.close();
    await expect(written()).rejects.toThrow(/connection/);
  });

  /** A process that publishes a hundred messages and is gone at once, without a chance to clean up. */
  async function publishAndDie(how: 'written' | 'not'): Promise<void> {
    const program = join(servers.dir, `publish-and-die-${how}.ts`);
    const from = new URL('./coalescing-transport.ts', import.meta.url).href;
    const client = import.meta.resolve('@nats-io/transport-node');
    writeFileSync(
      program,
      `import { connectCoalescing } from ${JSON.stringify(from)};
       import transport from ${JSON.stringify(client)};
       const { servers, seed, inboxPrefix, subject, how } = JSON.parse(process.argv[2] as string);
       const authenticator = transport.nkeyAuthenticator(new TextEncoder().encode(seed));
       const { connection, written } = await connectCoalescing({ servers, authenticator, inboxPrefix });
       for (let i = 0; i < 100; i++) connection.publish(subject, how + ' ' + i);
       if (how === 'written') await written();
       process.kill(process.pid, 'SIGKILL');`,
    );
    const settings = {
      servers: servers.natsUrls,
      seed: servers.seedOf('executor'),
      inboxPrefix: inboxPrefixOf('executor'),
      subject,
      how,
    };
    const child = fork(program, [JSON.stringify(settings)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
  }

  test('has what is written outlive the process, and only that', async () => {
    const { heard, close } = await listen();
    await publishAndDie('not');
    await publishAndDie('written');
    await vi.waitFor(() => expect(heard).toHaveLength(100), { timeout: 10_000 });
    expect(heard).toEqual(Array.from({ length: 100 }, (_, i) => `written ${i}`));
    await close();
  });
});
