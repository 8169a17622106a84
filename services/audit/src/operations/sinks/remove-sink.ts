import type { RemoveSink, RemoveSinkResult } from '@patchbay/contracts';
import { type ActPorts, recordedAct } from '../recorded-act.ts';
import type { SinkStore } from './ports.ts';
import type { SetSinkPorts } from './set-sink.ts';
import { foundSink, toldSink } from './told-sink.ts';

/** Removes a sink of a tenant's and its token. @throws PatchbayError `not_found`, `vault_unavailable`, `audit_unavailable`. */
export function createRemoveSink({
  find,
  remove,
  dropToken,
  ...act
}: ActPorts & Pick<SinkStore, 'find' | 'remove'> & Pick<SetSinkPorts, 'dropToken'>): (
  request: RemoveSink,
  context: { traceId: string | null },
) => Promise<RemoveSinkResult> {
  return ({ tenant, name }, { traceId }) =>
    recordedAct(
      act,
      { tenant, name: 'sink_removed', target: { kind: 'audit_sink', id: name }, traceId },
      async () => {
        const sink = foundSink(await find(tenant, name), name);
        if (sink.secretId !== null) await dropToken(tenant, sink.id, sink.secretId);
        await remove(sink.id);
        return { sink: toldSink(sink) };
      },
      ({ sink }) => ({ delivered: sink.delivered, waiting: sink.waiting }),
    );
}
