import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect } from '@patchbay/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CliResult, type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

const secret = 'whsec_canary_7Qd2mX9pL4';

interface Arrival {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

let here: Installation;
let source: string;
let arrivals: Arrival[] = [];
let status = 200;
/** A developer's own machine, and a subscription's target. */
const receiver = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  arrivals.push({ request, body: Buffer.concat(chunks) });
  response.writeHead(status).end('heard');
});
let origin = '';

beforeAll(async () => {
  here = await startInstallation();
  writeFileSync(join(here.cwd, 'secret'), `${secret}\n`, { mode: 0o600 });
  source = json(await webhooks('sources', 'add', 'stripe', '--secret-file', 'secret', '--json')).source.id;
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
beforeEach(() => {
  arrivals = [];
  status = 200;
});
afterAll(async () => {
  receiver.close();
  await here?.stop();
});

const webhooks = (...argv: string[]) => here.cli(['webhooks', ...argv]);
let sent = 0;
/** Sends an event of its own: equal ones would be one. */
async function send(type = 'invoice.paid', more: object = {}): Promise<string> {
  const id = `evt_${++sent}_${Date.now()}`;
  writeFileSync(join(here.cwd, 'body.json'), JSON.stringify({ id, type, ...more }));
  const argv = ['send', '--source', source, '--secret-file', 'secret', '--body', 'body.json'];
  await expect.poll(async () => (await webhooks(...argv)).out, { timeout: 10_000 }).toMatch(/^200 /);
  return id;
}
async function eventOf(vendorId: string): Promise<{ id: string; request_id: string }> {
  const find = async () =>
    json(await webhooks('events', '--text', vendorId, '--json')).events as { id: string; request_id: string }[];
  await expect.poll(find, { timeout: 10_000 }).toHaveLength(1);
  return (await find())[0] as { id: string; request_id: string };
}

/** What Stripe's own library checks: the header's v1 over the time and the bytes. */
function isSignedByStripe({ request, body }: Arrival): boolean {
  const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers['stripe-signature'])) ?? [];
  return createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex') === signature;
}

describe('events', () => {
  test('are listed by what they are, and inspected', async () => {
    const vendorId = await send('invoice.paid', { customer: 'cus_1' });
    await send('charge.failed');
    const found = await webhooks('events', '--type', 'invoice.*', '--text', vendorId, '--from', '1h');
    expect(found.out).toMatch(/evt_[0-9A-Z]{26} .* stripe +invoice\.paid .*\n\n1 event\.\n$/);
    const { id, request_id } = await eventOf(vendorId);
    const inspected = await webhooks('inspect', id);
    expect(inspected.err).toBe('');
    expect(inspected.out).toMatch(/verified {2}variant default, secret sec_/);
    expect(inspected.out).toContain(`{"id":"${vendorId}","type":"invoice.paid","customer":"cus_1"}`);
    expect(inspected.out).toContain('No delivery: no subscription wanted it.');
    expect(inspected.out).not.toContain(secret);
    expect((await webhooks('inspect', request_id)).out).toBe(inspected.out);
    const raw = await webhooks('inspect', id, '--raw');
    writeFileSync(join(here.cwd, 'request.http'), raw.bytes);
    const again = await webhooks('verify', 'stripe', 'request.http', '--secret-file', 'secret');
    expect(again.out).toMatch(/^verified/);
    expect((await webhooks('events', '--type', 'nothing.*')).out).toBe('No webhook event matches.\n');
    expect((await webhooks('events', '--follow', '--from', '1h')).code).toBe(2);
  });

  test('that came in one request are inspected together, and sent on as that request', async () => {
    const hubspot = json(await webhooks('sources', 'add', 'hubspot', '--secret-file', 'secret', '--json')).source.id;
    const item = { subscriptionType: 'contact.creation', occurredAt: Date.now() };
    const body = JSON.stringify([1, 2].map((eventId) => ({ eventId, ...item })));
    writeFileSync(join(here.cwd, 'list.json'), body);
    const argv = ['send', '--source', hubspot, '--secret-file', 'secret', '--body', 'list.json'];
    await expect.poll(async () => (await webhooks(...argv)).code, { timeout: 10_000 }).toBe(0);
    const { events } = json(await webhooks('events', '--source', hubspot, '--json'));
    expect(events).toHaveLength(2);
    const [{ id, request_id }] = events;
    const whole = await webhooks('inspect', request_id);
    expect(whole.out).toMatch(/evt_.*contact\.creation[\s\S]*evt_.*contact\.creation/);
    expect(whole.out).toContain(body);
    expect((await webhooks('inspect', id)).out).toContain('number 2 of its 2 events');
    const sent = await webhooks('replay', '--source', hubspot, '--to', origin, '--yes');
    expect(sent.out).toMatch(/^200 in .* 2 events\n$/);
    expect(arrivals.map((one) => one.body.toString())).toEqual([body]);
  });

  test('of nobody’s id is nothing that is kept', async () => {
    const nothing = await webhooks('inspect', 'req_01JD0000000000000000000000');
    expect(nothing.code).toBe(1);
    expect(nothing.out).toContain('Nothing is kept of req_01JD0000000000000000000000');
    expect((await webhooks('inspect', 'src_01JD0000000000000000000000')).code).toBe(2);
  });

  test('are followed as they come', async () => {
    const person = new AbortController();
    const following = here.cli(['webhooks', 'events', '--follow', '--type', 'order.*', '--json'], {
      interrupt: person.signal,
      onOutput: (out) => out.includes('"order.made"') && person.abort(),
    });
    const until = setInterval(() => void send('order.made').catch(() => {}), 500);
    const { out, code } = await following;
    clearInterval(until);
    expect(code).toBe(0);
    expect(JSON.parse(out.split('\n')[0] as string)).toMatchObject({ type: 'order.made', source });
  });
});

describe('listen', () => {
  test('forwards what comes to the byte, so that the vendor’s own check passes there', async () => {
    const person = new AbortController();
    let ready = false;
    const listening = here.cli(['webhooks', 'listen', '--source', source, '--forward', `${origin}/local`], {
      interrupt: person.signal,
      onNote: (text) => {
        ready ||= text.includes('Forwarding');
      },
      onOutput: (out) => out.split('\n').length > 2 && person.abort(),
    });
    await expect.poll(() => ready, { timeout: 10_000 }).toBe(true);
    const first = await send();
    status = 500;
    await expect.poll(() => arrivals, { timeout: 10_000 }).toHaveLength(1);
    await send();
    const { out, code } = await listening;
    expect(code).toBe(0);
    expect(out).toMatch(/^200 in .* evt_\w+ {2}stripe {2}invoice\.paid\n500 in .* heard\n$/);
    expect(arrivals.map(isSignedByStripe)).toEqual([true, true]);
    expect(arrivals[0]?.request.url).toBe('/local');
    expect(arrivals[0]?.body.toString()).toContain(first);
  });

  test('forwards what came while the connection was lost, once it is back', async () => {
    const nats = await breakable(Number(new URL(here.patchbay.facts.nats_url).port));
    const person = new AbortController();
    const notes: string[] = [];
    const listening = here.cli(
      ['webhooks', 'listen', '--type', 'lost.*', '--forward', origin, '--nats', `nats://127.0.0.1:${nats.port}`],
      {
        interrupt: person.signal,
        onNote: (text) => notes.push(text),
        onOutput: (out) => out.split('\n').length > 2 && person.abort(),
      },
    );
    await expect.poll(() => notes.join(''), { timeout: 10_000 }).toContain('Forwarding');
    nats.cut();
    const first = await send('lost.first');
    await eventOf(first);
    expect(arrivals).toEqual([]);
    nats.mend();
    await expect.poll(() => arrivals, { timeout: 20_000 }).toHaveLength(1);
    const second = await send('lost.second');
    const { out } = await listening;
    nats.close();
    expect(out).toMatch(/lost\.first\n.*lost\.second\n$/);
    expect(arrivals.map(({ body }) => JSON.parse(body.toString()).id)).toEqual([first, second]);
    expect(notes.join('')).toContain('The connection was lost and is back; 1 event came meanwhile.');
  });

  test('takes no time, and needs a URL', async () => {
    expect((await webhooks('listen', '--forward', origin, '--from', '1h')).err).toContain('replay --to');
    expect((await webhooks('listen', '--forward', 'localhost')).err).toContain('--forward takes a URL');
    expect((await webhooks('listen')).code).toBe(2);
  });
});

describe('replay', () => {
  test('--to sends stored requests as they came, after it was asked', async () => {
    const vendorId = await send();
    const { id } = await eventOf(vendorId);
    const unasked = await webhooks('replay', id, '--to', origin);
    expect(unasked.code).toBe(2);
    expect(unasked.err).toContain('Send 1 request to');
    expect(arrivals).toEqual([]);
    expect((await webhooks('replay', id, '--to', origin, '--dry-run')).out).toBe(
      `Would send 1 request to ${origin}.\n`,
    );
    const declined = await here.cli(['webhooks', 'replay', id, '--to', origin], { typed: ['n'] });
    expect(declined.out).toBe('Nothing was sent.\n');
    const agreed = await here.cli(['webhooks', 'replay', id, '--to', origin], { typed: ['y'] });
    expect(agreed.out).toMatch(/^200 in /);
    expect(arrivals.map(isSignedByStripe)).toEqual([true]);
    expect(arrivals[0]?.body.toString()).toContain(vendorId);
    status = 500;
    expect((await webhooks('replay', '--text', vendorId, '--to', origin, '--yes', '--json')).code).toBe(1);
  });

  test('says which, or refuses', async () => {
    expect((await webhooks('replay')).err).toContain('Say which events');
    expect((await webhooks('replay', 'dlv_01JD0000000000000000000000')).code).toBe(2);
    const both = ['--to', origin, '--subscription', 'sub_01JD0000000000000000000000'];
    expect((await webhooks('replay', '--from', '1h', ...both)).err).toContain('Either --to or --subscription');
  });
});

/** A way to NATS that can be cut. */
async function breakable(to: number) {
  const open = new Set<Socket>();
  let up = true;
  const server = createTcpServer((near) => {
    if (!up) return near.destroy();
    const far = connectTcp(to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
    return undefined;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const end = () => {
    for (const socket of open) socket.destroy();
    open.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      up = false;
      end();
    },
    mend() {
      up = true;
    },
    close() {
      end();
      server.close();
    },
  };
}

const subIn = ({ out }: CliResult) => /sub_[0-9A-Z]{26}/.exec(out)?.[0] as string;

describe('subscriptions', () => {
  test('deliver to agents, are paused and resumed, and their deliveries inspected', async () => {
    const added = await webhooks(
      'subscriptions',
      'add',
      '--to-agents',
      'orders',
      '--type',
      'order.*',
      '--name',
      'Orders',
    );
    const sub = subIn(added);
    expect(added.out).toMatch(/added {2}sub_\w+ {2}active[\s\S]*to {8}agents, as orders/);
    expect((await webhooks('subscriptions', 'list')).out).toMatch(
      new RegExp(`${sub} +active +order\\.\\* +all +agents`),
    );
    const { facts } = here.patchbay;
    const agent = await connect({
      servers: facts.nats_url,
      tenant: facts.tenant,
      credentials: facts.agent_credentials,
    });
    const heard: unknown[] = [];
    agent.onDelivered(({ body }) => heard.push(body), 'orders');
    const vendorId = await send('order.made');
    await expect.poll(() => heard, { timeout: 15_000 }).toMatchObject([{ id: vendorId }]);
    const { id } = await eventOf(vendorId);
    await expect
      .poll(async () => (await webhooks('inspect', id)).out, { timeout: 10_000 })
      .toMatch(/dlv_\w+ {2}to sub_\w+ {2}succeeded after 1 attempt\n {2}1\. /);
    const paused = await webhooks('subscriptions', 'pause', sub, '--reason', 'repairs');
    expect(paused.out).toMatch(/paused since .*: repairs/);
    const waiting = await send('order.late');
    await eventOf(waiting);
    expect(heard).toHaveLength(1);
    expect((await webhooks('subscriptions', 'resume', sub)).out).toContain('active');
    await expect.poll(() => heard, { timeout: 15_000 }).toHaveLength(2);
    expect((await webhooks('replay', id, '--dry-run')).out).toBe('Would deliver 1 event as 1 delivery again.\n');
    const declined = await here.cli(['webhooks', 'replay', id, '--subscription', sub], { typed: [''] });
    expect(declined.out).toBe('Nothing was delivered.\n');
    const replayed = await webhooks('replay', id, '--yes');
    expect(replayed.out).toContain('replayed  1 event as 1 delivery');
    await expect.poll(() => heard, { timeout: 15_000 }).toHaveLength(3);
    await agent.close();
    expect((await webhooks('subscriptions', 'remove', sub)).out).toContain('removed');
    expect((await webhooks('subscriptions', 'show', sub)).code).not.toBe(0);
  });

  test('of a URL get a key that is told once, into a file', async () => {
    const add = ['subscriptions', 'add', '--to-url', 'https://shop.example.com/hooks', '--type', 'none.such'];
    const added = await webhooks(...add, '--key-file', 'shop.key');
    const sub = subIn(added);
    const key = readFileSync(join(here.cwd, 'shop.key'), 'utf8');
    expect(key).toMatch(/^whsec_[A-Za-z0-9+/=]+\n$/);
    expect(added.out).not.toContain(key.trim());
    const again = await webhooks('subscriptions', 'rotate-key', sub, '--key-file', 'shop.key');
    expect(again.err).toContain('shop.key is there already');
    const rotated = await webhooks('subscriptions', 'rotate-key', sub, '--key-file', '-', '--overlap', '1h');
    expect(rotated.out).toMatch(/^whsec_[A-Za-z0-9+/=]+\n$/);
    expect(rotated.out).not.toBe(key);
    expect((await webhooks('subscriptions', 'show', sub)).out).toMatch(/key .* signs until [\s\S]*key /);
    const changed = await webhooks(
      'subscriptions',
      'change',
      sub,
      '--rate',
      '5:10',
      '--filter',
      '{"body":"a","exists":true}',
    );
    expect(changed.out).toMatch(/filter {4}\{"body":"a","exists":true\}[\s\S]*5 a second, 10 at most/);
    await webhooks('subscriptions', 'remove', sub);
  });

  test('that match nothing are not replayed to', async () => {
    const { id } = await eventOf(await send('nobody.wants'));
    expect((await webhooks('replay', id, '--yes')).out).toContain('as 0 deliveries again. No subscription wants them.');
  });

  test('say where, in one way', async () => {
    expect((await webhooks('subscriptions', 'add')).err).toContain('Say where events go');
    expect((await webhooks('subscriptions', 'add', '--to-agents', '--key-file', 'k')).err).toContain(
      'goes with --to-url',
    );
  });
});

describe('dead letters', () => {
  test('are listed, shown, redriven and dropped, by number first', async () => {
    const sub = subIn(
      await webhooks(
        ...['subscriptions', 'add', '--type', 'dead.*', '--retry', 'none'],
        ...['--to-tool', 'slack_no_such_tool', '--arguments', '{}'],
      ),
    );
    await send('dead.letter');
    const list = ['dead-letters', 'list', '--subscription', sub];
    await expect.poll(async () => (await webhooks(...list)).out, { timeout: 20_000 }).toMatch(/dlv_/);
    const dlv = /dlv_[0-9A-Z]{26}/.exec((await webhooks(...list)).out)?.[0] as string;
    expect((await webhooks('dead-letters', 'show', dlv)).out).toMatch(
      /dead_letter after 1 attempt\n {2}1\. .*tool_not_found/,
    );
    expect((await webhooks('deliveries', 'show', dlv)).out).toContain(`patchbay webhooks inspect ${dlv}`);
    expect((await webhooks('inspect', dlv)).out).toMatch(/"dead\.letter"[\s\S]*dead_letter/);
    const redrive = ['dead-letters', 'redrive', '--subscription', sub];
    expect((await webhooks(...redrive, '--dry-run')).out).toBe('Would redrive 1 dead letter.\n');
    expect((await webhooks(...redrive)).err).toContain('Redrive 1 dead letter? Nothing was done');
    expect((await webhooks(...redrive, '--yes')).out).toBe('redriven  1 dead letter\n');
    await expect.poll(async () => (await webhooks(...list)).out, { timeout: 20_000 }).toMatch(/dlv_/);
    expect((await webhooks('dead-letters', 'drop', '--every', '--yes')).out).toBe('dropped  1 dead letter\n');
    expect((await webhooks(...list)).out).toBe('No delivery was given up.\n');
    expect((await webhooks('dead-letters', 'drop')).err).toContain('Say which dead letters');
  });
});
