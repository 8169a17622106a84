import { everyTenant, type PauseSink, type PauseSinkResult } from '@patchbay/contracts';
import { type ActPorts, recordedAct } from '../recorded-act.ts';
import type { ConfiguredSink } from './list-sinks.ts';
import type { SinkStore } from './ports.ts';
import { foundSink, toldSink } from './told-sink.ts';

/** Sends nothing to a sink any more, or again, from where it was. @throws PatchbayError `not_found`, `audit_unavailable`. */
export function createPauseSink({
  find,
  setState,
  configured,
  ...act
}: ActPorts & Pick<SinkStore, 'find' | 'setState'> & { readonly configured: ReadonlyMap<string, ConfiguredSink> }): (
  request: PauseSink,
  context: { traceId: string | null },
) => Promise<PauseSinkResult> {
  return ({ tenant, name, paused }, { traceId }) =>
    recordedAct(
      act,
      {
        tenant: tenant ?? everyTenant,
        name: paused ? 'sink_paused' : 'sink_resumed',
        target: { kind: 'audit_sink', id: name },
        traceId,
      },
      async () => {
        const own = tenant === null ? configured.get(name) : { hasToken: undefined };
        const sink = foundSink(own === undefined ? null : await find(tenant, name), name);
        await setState(sink.id, paused ? 'paused' : 'active', paused ? 'Somebody paused it.' : null);
        return { sink: toldSink(foundSink(await find(tenant, name), name), own?.hasToken) };
      },
      ({ sink }) => ({ waiting: sink.waiting }),
    );
}
