import type { Egress } from '@patchbay/egress';
import type { FetchCertificate } from '@patchbay/webhook-schemes';
import { LRUCache } from 'lru-cache';
import type { Visit } from '../operations/ports.ts';

/** A certificate is a few kilobytes, a chain of them some more. */
const maxAnswerBytes = 65_536;
/** Milliseconds for one fetch: vendors wait a few seconds for the whole. */
const fetchMs = 2_500;
/** Of the fetches: whoever sends forged requests must not have us fetch without end. */
const certificates = { keptMs: 3_600_000, most: 256, atOnce: 16 };

export interface EgressVisits extends Visit {
  /** By tenant: sockets are never shared between tenants, and what one may not reach no other may for it. */
  certificatesFor(tenant: string): FetchCertificate;
}

/** What a webhook request names to be fetched: certificates, and confirmations. Through the guard, and without redirects. */
export function createEgressVisits(egress: Pick<Egress, 'send'>): EgressVisits {
  const kept = new LRUCache<string, Promise<string>>({ max: certificates.most, ttl: certificates.keptMs });

  async function get(tenant: string, url: string): Promise<{ readonly ok: boolean; readonly body: Uint8Array }> {
    const outcome = await egress.send({
      tenant,
      method: 'GET',
      url,
      headers: {},
      body: null,
      hosts: [new URL(url).hostname],
      deadlineAt: performance.now() + fetchMs,
      maxResponseBytes: maxAnswerBytes,
    });
    if (!outcome.ok) throw new Error(`not fetched: ${outcome.failure.reason}`);
    const { status, body } = outcome.response;
    return { ok: status >= 200 && status < 300, body };
  }

  let fetching = 0;
  async function certificate(tenant: string, url: string): Promise<string> {
    if (fetching >= certificates.atOnce) throw new Error('too many certificates are being fetched');
    fetching++;
    try {
      const { ok, body } = await get(tenant, url);
      if (!ok) throw new Error('there is no certificate');
      return Buffer.from(body).toString('utf8');
    } finally {
      fetching--;
    }
  }

  return {
    certificatesFor: (tenant) => (url) => {
      const key = `${tenant} ${url}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const fetched = certificate(tenant, url);
      kept.set(key, fetched);
      fetched.catch(() => kept.delete(key));
      return fetched;
    },
    visit: async (tenant, url) => (await get(tenant, url).catch(() => null))?.ok ?? false,
  };
}
