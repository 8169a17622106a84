import { headers, type NatsConnection } from '@nats-io/transport-node';
import { inboxPrefixOf } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AckInbox } from './ack-inbox.ts';
import { rawConnection } from './raw-connection.test-support.ts';

let servers: TestServers;
let executor: NatsConnection;
let vault: NatsConnection;
let inbox: AckInbox;

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
});
beforeEach(async () => {
  [executor, vault] = await Promise.all([rawConnection(servers, 'executor'), rawConnection(servers, 'vault')]);
  inbox = new AckInbox(executor, inboxPrefixOf('executor'));
});
afterEach(() => Promise.all([executor.close(), vault.close()]));
afterAll(() => servers?.stop());

const subject = 'svc.vault.v1.lease';
/** Far longer than a test may take: what fails by its time limit alone fails the test. */
const long = 600_000;
const ask = (payload: string, timeoutMs = long) => inbox.request(subject, payload, headers(), timeoutMs);

/** Answers what the function says; null stays silent. */
async function answer(how: (payload: string) => string | null): Promise<string[]> {
  const asked: string[] = [];
  vault.subscribe(subject, {
    queue: 'vault',
    callback: (_error, message) => {
      asked.push(message.string());
      const text = how(message.string());
      if (text !== null) message.respond(text);
    },
  });
  await vault.flush();
  return asked;
}

describe('the acknowledgement inbox', () => {
  test('gives each request its own answer', async () => {
    await answer((payload) => `re: ${payload}`);
    const payloads = Array.from({ length: 500 }, (_, i) => String(i));
    const answers = await Promise.all(payloads.map((payload) => ask(payload)));
    expect(answers.map((message) => message.string())).toEqual(payloads.map((payload) => `re: ${payload}`));
  });

  test('gives up what is not answered in its time, and only that', async () => {
    const asked = await answer((payload) => (payload === 'silent' ? null : 'here'));
    const patient = ask('silent').catch((error: Error) => error.name);
    await expect(ask('silent', 30)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await ask('other')).string()).toBe('here');
    expect(asked).toEqual(['silent', 'silent', 'other']);
    await executor.close();
    expect(await patient).toBe('ClosedConnectionError');
  });

  test('ignores an answer that comes too late, or twice', async () => {
    const late: (() => void)[] = [];
    vault.subscribe(subject, {
      queue: 'vault',
      callback: (_error, message) => {
        if (message.string() === 'now') for (const _ of [1, 2]) message.respond('now');
        else late.push(() => message.respond('late'));
      },
    });
    await vault.flush();
    await expect(ask('later', 30)).rejects.toMatchObject({ name: 'TimeoutError' });
    for (const respond of late) respond();
    expect((await ask('now')).string()).toBe('now');
    expect((await ask('now')).string()).toBe('now');
  });

  test('rejects at once what nobody listens for', async () => {
    await expect(ask('x')).rejects.toMatchObject({ name: 'NoResponders', message: expect.stringContaining(subject) });
  });

  test('rejects what the server refused to carry, and nothing else', async () => {
    await answer(() => 'here');
    const refused = [1, 2].map(() => inbox.request('audit.v1.acme.credential', 'x', headers(), long));
    const taken = ask('x');
    inbox.refused('audit.v1.acme.credential', new Error('refused'));
    for (const one of refused) await expect(one).rejects.toThrow('refused');
    expect((await taken).string()).toBe('here');
  });

  test('rejects everything when its own subscription is refused', async () => {
    const asked = await answer(() => null);
    const foreign = new AckInbox(executor, inboxPrefixOf('vault'));
    await expect(foreign.request(subject, 'x', headers(), long)).rejects.toThrow(/permissions violation/i);
    expect(asked.length).toBeLessThan(2);
  });

  test('rejects what waits when the connection closes, and what comes after', async () => {
    const asked = await answer(() => null);
    const waiting = [ask('a'), ask('b')].map((one) => one.catch((error: Error) => error.name));
    await vi.waitFor(() => expect(asked).toEqual(['a', 'b']));
    await executor.close();
    expect(await Promise.all(waiting)).toEqual(['ClosedConnectionError', 'ClosedConnectionError']);
    await expect(ask('c')).rejects.toMatchObject({ name: 'ClosedConnectionError' });
  });
});
