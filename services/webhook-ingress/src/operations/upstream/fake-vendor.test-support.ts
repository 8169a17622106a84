import { AddSourceRequest, newId, PatchbayError, RemoveSourceRequest, type WebhookSource } from '@patchbay/contracts';
import { loadSchemes } from '@patchbay/webhook-schemes';
import { expect } from 'vitest';
import { addSource } from '../sources/add-source.ts';
import { removeSource } from '../sources/remove-source.ts';
import type { SourcePorts } from '../sources/source-ports.ts';
import type { VendorWebhooks } from './vendor-port.ts';

const connection = newId('connection');
const sealed_secret = { sender: 'X', ciphertext: 'sealed' };
const caller = { traceId: null };

/** A vendor that keeps what it is told, and fails as the test says: before or after it did. */
class FakeVendor implements VendorWebhooks {
  readonly hooks = new Map<string, string>();
  /** What each request fails with after it had its effect, and instead of it. */
  after: Partial<Record<keyof VendorWebhooks, PatchbayError>> = {};
  instead: Partial<Record<keyof VendorWebhooks, PatchbayError>> = {};
  canList = true;
  /** Called while a webhook is being registered, as by a handshake. */
  during: (url: string) => void = () => {};
  answer = {
    settings: {} as Record<string, string>,
    sealed_secret: sealed_secret as typeof sealed_secret | null,
    expires_at: null as string | null,
  };
  #made = 0;

  async register({ url, events }: { url: string; events: string[] }) {
    return this.#does('register', () => {
      const id = `wh_${++this.#made}`;
      this.during(url);
      this.hooks.set(id, url);
      return { execution_id: newId('execution'), webhook_id: id, events, ...this.answer };
    });
  }

  async find({ url }: { url: string }) {
    const ids = [...this.hooks].filter(([, at]) => at === url).map(([id]) => id);
    return this.#does('find', () => ({
      execution_id: newId('execution'),
      webhook_ids: this.canList ? ids : null,
    }));
  }

  async remove({ webhook_id }: { webhook_id: string }) {
    return this.#does('remove', () => ({
      execution_id: newId('execution'),
      removed: this.hooks.delete(webhook_id),
    }));
  }

  #does<T>(what: keyof VendorWebhooks, effect: () => T): T {
    if (this.instead[what] !== undefined) throw this.instead[what];
    const answer = effect();
    if (this.after[what] !== undefined) throw this.after[what];
    return answer;
  }
}

/** Sources and secrets in memory; `order` says what happened in which order. */
export function world() {
  const stored = new Map<string, { source: WebhookSource; revision: number }>();
  const kept = new Map<string, string>();
  const order: string[] = [];
  const vendor = new FakeVendor();
  let revision = 0;
  const clock = { ms: Date.parse('2026-11-29T12:00:00.000Z') };
  const failing = { keep: false, update: false };
  const ports: SourcePorts = {
    sources: {
      find: (id) => stored.get(id)?.source ?? null,
      list: () => [...stored.values()].map(({ source }) => source),
      all: () => [...stored.values()].map(({ source }) => source),
      read: async (_tenant, id) => stored.get(id) ?? null,
      async create(source) {
        order.push(`create ${source.upstream?.state}`);
        stored.set(source.id, { source, revision: ++revision });
      },
      async update(source, expected) {
        if (failing.update) throw new PatchbayError('overloaded');
        if (stored.get(source.id)?.revision !== expected) return false;
        order.push(`update ${source.upstream?.state}`);
        stored.set(source.id, { source, revision: ++revision });
        return true;
      },
      async remove({ id }, expected) {
        if (stored.get(id)?.revision !== expected) return false;
        return stored.delete(id);
      },
    },
    secrets: {
      of: async () => [],
      async keep(_tenant, owner, id, { sealed }) {
        if (failing.keep) throw new PatchbayError('vault_unavailable');
        order.push('keep');
        kept.set(`${owner} ${id}`, sealed);
      },
      keepClear: async () => {},
      async drop(_tenant, owner) {
        for (const key of kept.keys()) if (key.startsWith(owner)) kept.delete(key);
      },
    },
    vendors: {
      register: (request) => {
        order.push('register');
        return vendor.register(request);
      },
      find: (request) => vendor.find(request),
      remove: (request) => vendor.remove(request),
    },
    schemes: loadSchemes(),
    recordAudit: async ({ data }) => void order.push(`audit ${data.outcome}`),
    report: () => {},
    publicUrl: 'https://hooks.example.com',
    now: () => clock.ms,
  };
  const add = (over: Record<string, unknown> = {}) =>
    addSource(ports)(
      AddSourceRequest.parse({
        tenant: 'acme',
        scheme: 'github',
        upstream: { integration: 'github', connection, events: ['push'], arguments: { repo: 'a' } },
        ...over,
      }),
      caller,
    );
  const remove = (source: string, force = false) =>
    removeSource(ports)(RemoveSourceRequest.parse({ tenant: 'acme', source, force }), caller);
  return { clock, ports, stored, kept, order, vendor, failing, add, remove, sources: () => [...stored.values()] };
}

export const failureOf = (work: Promise<unknown>): Promise<PatchbayError> =>
  work.then(
    () => expect.fail('it succeeded'),
    (error: PatchbayError) => error,
  );
