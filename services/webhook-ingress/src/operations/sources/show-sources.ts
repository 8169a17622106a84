import type { ListSourcesRequest, ListSourcesResult, SourceName, SourceResult } from '@patchbay/contracts';
import type { z } from 'zod';
import { type SourcePorts, sourceGone, viewOf } from './source-ports.ts';

/** The sources of a tenant, oldest first. */
export function listSources(ports: Pick<SourcePorts, 'sources' | 'publicUrl'>) {
  return async ({ tenant }: ListSourcesRequest): Promise<z.input<typeof ListSourcesResult>> => ({
    sources: ports.sources
      .list(tenant)
      .map((source) => viewOf(ports, source))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  });
}

/** @throws PatchbayError `invalid_request` when the tenant has no such source. */
export function showSource(ports: Pick<SourcePorts, 'sources' | 'publicUrl'>) {
  return async ({ tenant, source: id }: SourceName): Promise<SourceResult> => {
    const found = await ports.sources.read(tenant, id);
    if (found === null) throw sourceGone(id);
    return { source: viewOf(ports, found.source) };
  };
}
