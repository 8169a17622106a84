import { newId, PatchbayError, type SetSink, type SetSinkResult } from '@patchbay/contracts';
import { type ActPorts, recordedAct } from '../recorded-act.ts';
import type { SinkStore } from './ports.ts';
import { foundSink, toldSink } from './told-sink.ts';

export interface SetSinkPorts extends ActPorts, Pick<SinkStore, 'find' | 'put'> {
  /** Why no request may ever go to a URL of the tenant's; null when one may. */
  readonly refuseUrl: (tenant: string, url: string) => string | null;
  /** Has the vault keep a token of the sink. @throws PatchbayError. */
  readonly keepToken: (tenant: string, sink: string, token: NonNullable<SetSink['token']>) => Promise<void>;
  /** Has it destroy one. @throws PatchbayError. */
  readonly dropToken: (tenant: string, sink: string, secretId: string) => Promise<void>;
}

/**
 * Makes a sink of a tenant's, or changes one.
 * @throws PatchbayError `invalid_request` for a URL that no request may go to, `vault_unavailable`, `audit_unavailable`.
 */
export function createSetSink({
  find,
  put,
  refuseUrl,
  keepToken,
  dropToken,
  ...act
}: SetSinkPorts): (request: SetSink, context: { traceId: string | null }) => Promise<SetSinkResult> {
  return ({ tenant, name, settings, token, from_index: fromIndex }, { traceId }) =>
    recordedAct(
      act,
      {
        tenant,
        name: 'sink_set',
        target: { kind: 'audit_sink', id: name },
        traceId,
        // The path and what follows may hold a secret.
        facts: { host: new URL(settings.url).host, format: settings.format, token: token !== undefined },
      },
      async () => {
        const refused = refuseUrl(tenant, settings.url);
        if (refused !== null)
          throw new PatchbayError('invalid_request', {
            message: refused,
            details: { issues: [{ path: 'settings.url', message: refused }] },
          });
        const before = await find(tenant, name);
        const id = before?.id ?? newId('auditSink');
        if (token !== undefined) await keepToken(tenant, id, token);
        const secretId = token?.secret_id ?? before?.secretId ?? null;
        await put({ id, tenant, name, settings, secretId }, fromIndex ?? (before === null ? 'end' : undefined));
        if (token !== undefined && before?.secretId) await dropToken(tenant, id, before.secretId);
        return { sink: toldSink(foundSink(await find(tenant, name), name)), created: before === null };
      },
      ({ created }) => ({ created }),
    );
}
