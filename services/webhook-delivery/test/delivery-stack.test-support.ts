import {
  encodeWebhookEvent,
  eventTypeToken,
  newId,
  routes,
  type WebhookEvent,
  type WebhookSubscription,
  webhookEventHeader,
} from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';
import { startTestServers, type TestServers, type TestServersOptions } from '@patchbay/testkit';
import type { z } from 'zod';
import { webhookEvent } from '../src/domain/event.fixture.ts';
import { type DeliveryConfig, startWebhookDelivery } from '../src/main.ts';
import { type Receiver, startReceiver } from './http-receiver.test-support.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.test-support.ts';

export type NewSubscription = Omit<z.input<typeof routes.addSubscription.request>, 'tenant'>;

/** Real servers, a real vault, a receiver of HTTP deliveries, and hands to store events and ask for things. */
export interface DeliveryStack {
  readonly servers: TestServers;
  readonly receiver: Receiver;
  readonly ingress: Messaging;
  readonly admin: Messaging;
  readonly vault: ServiceProcess;
  /** Starts the service in this process; it is stopped with the stack at the latest. */
  startHere(over?: Partial<DeliveryConfig>): Promise<{ stop(): Promise<void> }>;
  startProcess(instance: string): Promise<ServiceProcess>;
  /** A source that events may come from. */
  addSource(): Promise<string>;
  /** Stores an event as the ingress does. */
  store(source: string, payload: string | Uint8Array, over?: Partial<WebhookEvent>): Promise<WebhookEvent>;
  subscribe(asked: NewSubscription): Promise<WebhookSubscription>;
  /** With its signing key. */
  subscribeWithKey(asked: NewSubscription): Promise<{ subscription: WebhookSubscription; key: string }>;
  openKey(sealed: { sender: string; ciphertext: string } | null): string;
  /** The public key that `openKey` opens for. */
  readonly recipient: string;
  stop(): Promise<void>;
}

export async function startDeliveryStack(options: TestServersOptions = {}): Promise<DeliveryStack> {
  const servers = await startTestServers({ tenants: ['acme', 'rival'], redis: false, ...options });
  const stops: (() => Promise<unknown>)[] = [() => servers.stop()];
  const receiver = await startReceiver();
  stops.push(() => receiver.stop());
  const vault = await startServiceProcess(servers, 'vault', 'vault-1');
  stops.push(() => vault.stop());
  const ingress = await servers.connect('webhook-ingress');
  const admin = await servers.connect('admin');
  const sources = await ingress.bucket('webhook_sources');
  const keys = createSealingKeys();
  const openKey = (sealed: { sender: string; ciphertext: string } | null) => {
    if (sealed === null) throw new Error('no key was told');
    const opened = keys.open(Buffer.from(sealed.ciphertext, 'base64'), sealed.sender);
    return (JSON.parse(Buffer.from(opened).toString()) as { value: string }).value;
  };
  const subscribeWithKey: DeliveryStack['subscribeWithKey'] = async (asked) => {
    const result = await admin.request(
      routes.addSubscription,
      {},
      { tenant: 'acme', ...asked, ...(asked.target.kind === 'http' && { recipient: keys.publicKey }) },
    );
    return {
      subscription: result.subscription,
      key: result.sealed_secret === null ? '' : openKey(result.sealed_secret),
    };
  };
  return {
    servers,
    receiver,
    ingress,
    admin,
    vault,
    recipient: keys.publicKey,
    openKey,
    subscribeWithKey,
    subscribe: async (asked) => (await subscribeWithKey(asked)).subscription,
    async startHere(over = {}) {
      const service = await startWebhookDelivery({
        natsUrls: servers.natsUrls,
        nkeySeed: servers.seedOf('webhook-delivery'),
        mode: 'development',
        logLevel: 'silent',
        logFile: null,
        instance: `delivery-${newId('job').slice(-6)}`,
        auditMacKey: servers.macKeyOf('webhook-delivery'),
        telemetry: null,
        pauseRule: { failures: 1_000, failingForMs: 1e12 },
        dialOverride: null,
        trustedOrigins: [receiver.origin],
        tenantPoliciesFile: null,
        ...over,
      });
      const stop = () => service.stop();
      stops.push(stop);
      return { stop };
    },
    async startProcess(instance) {
      const started = await startServiceProcess(servers, 'webhook-delivery', instance, {
        PATCHBAY_EGRESS_TRUSTED_ORIGINS: receiver.origin,
      });
      stops.push(() => started.kill());
      return started;
    },
    async addSource() {
      const id = newId('webhookSource');
      await sources.put(`acme.${id}`, JSON.stringify({ id }));
      return id;
    },
    async store(source, payload, over = {}) {
      const event = webhookEvent({ source, received_at: new Date().toISOString(), ...over });
      const subject = `webhooks.v1.${event.tenant}.${source}.${eventTypeToken(event.type)}`;
      await ingress.publishDurable(subject, payload, {
        messageId: event.id,
        headers: { [webhookEventHeader]: encodeWebhookEvent(event) },
        timeoutMs: 10_000,
      });
      return event;
    },
    async stop() {
      for (const stop of stops.reverse()) await stop().catch(() => {});
    },
  };
}
