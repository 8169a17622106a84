import { sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookSourceView } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { serversForSuite } from '@patchbay/testkit';
import { createTestAuthority, type TestCertificate } from '@patchbay/testkit/tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startFakeVault } from '../test/fake-vault.ts';
import { eventsOf, makeSource, runIngress, type TestIngress } from '../test/running-ingress.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'] });
const host = 'sns.us-west-2.amazonaws.com';
const topic = 'arn:aws:sns:us-west-2:123456789012:MyTopic';
let admin: Messaging;
let reader: Messaging;
let ingress: TestIngress;
let certified: TestCertificate;
/** Stands for SNS: its certificate, and the address by which a subscription is confirmed. */
let vendor: Server;
/** What was asked of it, with the host that was meant. */
let asked: string[] = [];
/** Paths at which it fails. */
let failing: string[] = [];

beforeAll(async () => {
  certified = await (await createTestAuthority()).issue(host, { rsa: true });
  vendor = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(`${request.headers.host}${url}`);
    if (failing.some((path) => url.startsWith(path))) response.writeHead(500).end();
    else response.end(url.endsWith('.pem') ? certified.cert : '<ok/>');
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  await startFakeVault(await servers().connect('vault'));
  admin = await servers().connect('admin');
  reader = await servers().connect('webhook-delivery');
  const { port } = vendor.address() as AddressInfo;
  ingress = await runIngress(servers(), 'ingress-1', { dialOverride: `http://127.0.0.1:${port}` });
});
beforeEach(() => {
  [asked, failing] = [[], []];
});
afterAll(async () => {
  await ingress?.stop();
  vendor?.close();
});

const makeTopic = () => makeSource(admin, { scheme: 'aws_sns', settings: { topic_arn: topic } });

/** A message as SNS signs it, in the order of the names of its fields. */
function send(source: WebhookSourceView, fields: Record<string, string>, certificate = 'a'): Promise<Response> {
  const message = { MessageId: '1', Timestamp: new Date().toISOString(), TopicArn: topic, ...fields };
  const lines = Object.entries(message)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}\n${value}\n`);
  const Signature = sign('sha256', Buffer.from(lines.join('')), certified.key).toString('base64');
  const SigningCertURL = `https://${host}/${certificate}.pem`;
  return fetch(`${ingress.url}/hooks/${source.id}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=UTF-8' },
    body: JSON.stringify({ ...message, SignatureVersion: '2', Signature, SigningCertURL }),
  });
}

const confirmation = (SubscribeURL = `https://${host}/?Action=ConfirmSubscription&Token=2336412f37`) => ({
  Type: 'SubscriptionConfirmation',
  Message: 'You have chosen.',
  Token: '2336412f37',
  SubscribeURL,
});

describe('what a request names to be fetched', () => {
  test('is fetched before it is answered: the certificate once for many, the confirmation each time', async () => {
    const source = await makeTopic();
    expect((await send(source, confirmation(), 'first')).status).toBe(200);
    expect(asked).toEqual([`${host}/first.pem`, `${host}/?Action=ConfirmSubscription&Token=2336412f37`]);
    for (const MessageId of ['2', '3'])
      expect((await send(source, { Type: 'Notification', Message: 'Hi', MessageId }, 'first')).status).toBe(200);
    expect(asked).toHaveLength(2);
    expect((await eventsOf(reader, source)).map(({ event }) => [event.type, event.secret_id])).toEqual([
      ['Notification', 'certificate'],
      ['Notification', 'certificate'],
    ]);
  });

  test('and cannot be had leaves doubt: the vendor is told to come again, and is believed then', async () => {
    const source = await makeTopic();
    failing = ['/second.pem'];
    const doubted = await send(source, { Type: 'Notification', Message: 'Hi' }, 'second');
    expect([doubted.status, Number(doubted.headers.get('retry-after')) > 0]).toEqual([503, true]);
    failing = ['/?Action'];
    expect((await send(source, confirmation(), 'second')).status).toBe(503);
    failing = [];
    expect((await send(source, confirmation(), 'second')).status).toBe(200);
    expect((await send(source, { Type: 'Notification', Message: 'Hi' }, 'second')).status).toBe(200);
    expect(await eventsOf(reader, source)).toHaveLength(1);
  });

  test('elsewhere is not fetched', async () => {
    const source = await makeTopic();
    for (const url of [
      'http://169.254.169.254/latest',
      'https://evil.example.com/',
      `https://${host}.evil.example.com/`,
    ])
      expect((await send(source, confirmation(url), 'first')).status).toBe(401);
    expect(asked.filter((one) => !one.endsWith('.pem'))).toEqual([]);
  });
});
