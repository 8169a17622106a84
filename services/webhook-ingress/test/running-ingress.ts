import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AddSourceRequest,
  decodeWebhookEvent,
  routes,
  type WebhookEvent,
  type WebhookSourceView,
  webhookEventHeader,
} from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';
import type { TestServers } from '@patchbay/testkit';
import { loadSchemes, type SignedSample, signSample } from '@patchbay/webhook-schemes';
import type { z } from 'zod';
import { type IngressConfig, type RunningIngress, startIngress } from '../src/main.ts';

/** Vendors are told this address; the ingress listens elsewhere, as behind a proxy. */
export const publicUrl = 'https://hooks.example.com';

export interface TestIngress extends RunningIngress {
  /** What it logged so far. */
  log(): string;
}

export function ingressConfig(
  servers: TestServers,
  instance: string,
  over: Partial<IngressConfig> = {},
): IngressConfig {
  return {
    natsUrls: servers.natsUrls,
    nkeySeed: servers.seedOf('webhook-ingress'),
    mode: 'development',
    logLevel: 'trace',
    logFile: join(servers.dir, `${instance}.log`),
    instance,
    auditMacKey: servers.macKeyOf('webhook-ingress'),
    host: '127.0.0.1',
    port: 0,
    sharedPort: false,
    publicUrl,
    maxBodyBytes: 1_048_576,
    maxInFlight: 512,
    headersTimeoutMs: 5_000,
    requestTimeoutMs: 15_000,
    redisUrl: servers.redisUrl,
    dialOverride: null,
    ...over,
  };
}

/** An ingress's parts, run in this process, over real NATS and Redis with the ingress's own permissions. */
export async function runIngress(
  servers: TestServers,
  instance: string,
  over: Partial<IngressConfig> = {},
): Promise<TestIngress> {
  const config = ingressConfig(servers, instance, over);
  const service = await startIngress(config);
  return { ...service, log: () => readFileSync(config.logFile as string, 'utf8') };
}

/** Makes a source as the operator's tool does. */
export async function makeSource(
  admin: Messaging,
  request: Omit<z.input<typeof AddSourceRequest>, 'tenant'> & { readonly secret?: string; readonly tenant?: string },
): Promise<WebhookSourceView> {
  const { secret, ...rest } = request;
  const { source } = await admin.request(
    routes.addSource,
    {},
    { tenant: 'acme', ...rest, ...(secret !== undefined && { sealed_secret: await sealed(admin, secret) }) },
  );
  return source;
}

/** A secret as the operator's tool sends it: sealed to the vault's key. */
export async function sealed(admin: Messaging, value: string) {
  const { public_key } = await admin.request(routes.getVaultKey, {}, {});
  const keys = createSealingKeys();
  const ciphertext = Buffer.from(keys.seal(Buffer.from(JSON.stringify({ value })), public_key)).toString('base64');
  return { sender: keys.publicKey, ciphertext };
}

const schemes = loadSchemes();

/** What a vendor would send to a source, signed for its public URL. */
export function sampleFor(
  source: WebhookSourceView,
  secret: string,
  over: Partial<Parameters<typeof signSample>[1]> = {},
): Promise<SignedSample> {
  const scheme = schemes.get(source.scheme ?? '');
  if (scheme === undefined) throw new Error(`no scheme ${source.scheme}`);
  return signSample(scheme, {
    url: source.url ?? '',
    secret,
    settings: source.settings,
    now: Date.now(),
    ...over,
  });
}

/** Sends a request that was signed for the public URL to where the ingress listens. */
export function deliver(
  ingress: { readonly url: string },
  { request }: Pick<SignedSample, 'request'>,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return fetch(`${ingress.url}${pathname}${search}`, {
    method: request.method,
    headers: request.headers.map(([name, value]): [string, string] => [name, value]),
    ...(request.method === 'POST' && { body: Buffer.from(request.body) }),
  });
}

export interface StoredEvent {
  readonly event: WebhookEvent;
  readonly subject: string;
  readonly payload: Buffer;
}

/** The events of a source that the stream holds, in its order. `reader` may read the stream. */
export async function eventsOf(reader: Messaging, source: { readonly id: string }): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  const pages = reader.readStream('WEBHOOKS', { filter: `webhooks.v1.*.${source.id}.*`, after: 0, pageRows: 100 });
  for await (const { messages } of pages)
    for (const { subject, payload, header } of messages) {
      const event = decodeWebhookEvent(header(webhookEventHeader));
      if (event === null) throw new Error('a message without an event');
      found.push({ event, subject, payload: Buffer.from(payload) });
    }
  return found;
}
