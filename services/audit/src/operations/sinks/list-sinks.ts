import type { ListSinks, ListSinksResult } from '@patchbay/contracts';
import type { SinkStore } from './ports.ts';
import { toldSink } from './told-sink.ts';

/** Of a sink of the installation, as its file has it. */
export interface ConfiguredSink {
  readonly hasToken: boolean;
}

/** Tells the sinks of a tenant, or of the installation. @throws PatchbayError `audit_unavailable`. */
export function createListSinks({
  list,
  configured,
}: Pick<SinkStore, 'list'> & { readonly configured: ReadonlyMap<string, ConfiguredSink> }): (
  request: ListSinks,
) => Promise<ListSinksResult> {
  return async ({ tenant }) => ({
    sinks: (await list(tenant)).flatMap((sink) => {
      if (tenant !== null) return [toldSink(sink)];
      const own = configured.get(sink.name);
      return own === undefined ? [] : [toldSink(sink, own.hasToken)];
    }),
  });
}
