import {
  KeptRequest,
  type ListRejectedRequest,
  type ListRejectedResult,
  PatchbayError,
  type ShowRejectedRequest,
  type ShowRejectedResult,
  type StoredKeptRequest,
} from '@patchbay/contracts';
import type { z } from 'zod';

/** Kept requests of a source, some at a time, in no order. @throws PatchbayError `overloaded` when they cannot be reached. */
export interface ReadKeptRequests {
  of(tenant: string, source: string): AsyncIterable<readonly StoredKeptRequest[]>;
}

/** Requests of a source that became no event, newest first, without their bodies. */
export function listRejected(kept: ReadKeptRequests) {
  return async ({ tenant, source, kind, limit }: ListRejectedRequest): Promise<z.input<typeof ListRejectedResult>> => {
    const found: KeptRequest[] = [];
    for await (const some of kept.of(tenant, source))
      found.push(...some.filter((one) => kind === undefined || one.kind === kind).map((one) => KeptRequest.parse(one)));
    found.sort((a, b) => (a.id < b.id ? 1 : -1));
    return { requests: found.slice(0, limit) };
  };
}

/** One of them, with what is kept of it. @throws PatchbayError `invalid_request` when it is not there (any more). */
export function showRejected(kept: ReadKeptRequests) {
  return async ({ tenant, source, request }: ShowRejectedRequest): Promise<z.input<typeof ShowRejectedResult>> => {
    for await (const some of kept.of(tenant, source)) {
      const found = some.find(({ id }) => id === request);
      if (found !== undefined) return { request: found };
    }
    throw new PatchbayError('invalid_request', {
      message: `There is no kept request ${request} of that source. Each source keeps its newest for a day.`,
      details: { issues: [{ path: 'request', message: 'is not kept' }] },
    });
  };
}
