import {
  type KeptRequest,
  type ListRejectedRequest,
  routes,
  type StoredKeptRequest,
  type WebhookSourceView,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { z } from 'zod';
import { sealSecret } from '../seal-secret.ts';
import { orderOf, type Registration } from './registration.ts';

type AddRequest = z.input<typeof routes.addSource.request>;
type ChangeRequest = z.input<typeof routes.changeSource.request>;

/** A source to be. Left out: the secret of a vendor whose handshake brings it, or of a bin. */
export type NewSource = Omit<AddRequest, 'tenant' | 'sealed_secret' | 'upstream'> & { readonly secret?: string };
/** A source that its vendor is told of: the scheme is that of the connection's integration, and the secret comes of it. */
export type RegisteredSource = Omit<NewSource, 'secret' | 'mode' | 'scheme'> & Registration;
/** What was removed, and ids of what the vendor may still have. */
export type RemovedSource = WebhookSourceView & { readonly left_at_vendor: readonly string[] };
/** Fields left out stay as they are; null gives one back to its default. */
export type SourceChange = Omit<ChangeRequest, 'tenant' | 'source'>;

/** The URLs at which the tenant takes webhooks. A secret is sealed to the vault's key here; nothing in between can read it. */
export interface SourcesAdmin {
  add(source: NewSource): Promise<WebhookSourceView>;
  /**
   * Adds a source and registers it at its vendor. Takes as long as the vendor does, at most half a minute. @throws PatchbayError
   * why not; when something may be left at the vendor, `details.source` is there to be removed.
   */
  register(source: RegisteredSource): Promise<WebhookSourceView>;
  list(): Promise<WebhookSourceView[]>;
  /** @throws PatchbayError when there is none. */
  show(source: string): Promise<WebhookSourceView>;
  change(source: string, change: SourceChange): Promise<WebhookSourceView>;
  /**
   * Its URL ends, and its secrets are destroyed. Events that came stay. One that was registered is removed at its vendor first:
   * when that fails so does this, unless `force` says that it may be left there.
   */
  remove(source: string, options?: { readonly force?: boolean }): Promise<RemovedSource>;
  /** A further secret. Those before go on counting for the overlap, in milliseconds: default a day, 0 ends them at once. */
  addSecret(source: string, secret: string, options?: { readonly overlapMs?: number }): Promise<WebhookSourceView>;
  /** One secret ends at once. */
  removeSecret(source: string, secretId: string): Promise<WebhookSourceView>;
}

/** Requests that became no event, kept for a day: those turned away, and those that came to a bin. */
export interface RejectedAdmin {
  /** Newest first. */
  list(source: string, options?: Partial<Omit<ListRejectedRequest, 'tenant' | 'source'>>): Promise<KeptRequest[]>;
  /** One with its headers and body. @throws PatchbayError when it is not kept any more. */
  show(source: string, request: string): Promise<StoredKeptRequest>;
}

export function sourcesOver(messaging: Messaging, tenant: string): SourcesAdmin {
  return {
    async add({ secret, ...source }) {
      const sealed = secret === undefined ? {} : { sealed_secret: await sealSecret(messaging, { value: secret }) };
      return (await messaging.request(routes.addSource, {}, { tenant, ...source, ...sealed })).source;
    },
    async register({ connection, events, arguments: args, ...source }) {
      const registration = { connection, ...(events && { events }), ...(args && { arguments: args }) };
      const order = await orderOf(messaging, tenant, registration);
      return (await messaging.request(routes.addSource, {}, { tenant, ...source, ...order })).source;
    },
    list: async () => (await messaging.request(routes.listSources, {}, { tenant })).sources,
    show: async (source) => (await messaging.request(routes.showSource, {}, { tenant, source })).source,
    change: async (source, change) =>
      (await messaging.request(routes.changeSource, {}, { tenant, source, ...change })).source,
    async remove(source, options = {}) {
      const { source: removed, left_at_vendor = [] } = await messaging.request(
        routes.removeSource,
        {},
        { tenant, source, ...options },
      );
      return { ...removed, left_at_vendor };
    },
    async addSecret(source, secret, { overlapMs } = {}) {
      const sealed_secret = await sealSecret(messaging, { value: secret });
      const overlap = overlapMs === undefined ? {} : { overlap_ms: overlapMs };
      return (await messaging.request(routes.addSourceSecret, {}, { tenant, source, sealed_secret, ...overlap }))
        .source;
    },
    removeSecret: async (source, secret_id) =>
      (await messaging.request(routes.removeSourceSecret, {}, { tenant, source, secret_id })).source,
  };
}

export function rejectedOver(messaging: Messaging, tenant: string): RejectedAdmin {
  return {
    list: async (source, options = {}) =>
      (await messaging.request(routes.listRejected, {}, { tenant, source, ...options })).requests,
    show: async (source, request) =>
      (await messaging.request(routes.showRejected, {}, { tenant, source, request })).request,
  };
}
