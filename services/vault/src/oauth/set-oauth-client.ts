import {
  everyTenant,
  OAuthClient,
  platformScope,
  type RemoveOAuthClientRequest,
  type SetOAuthClientRequest,
  type SetOAuthClientResult,
} from '@patchbay/contracts';
import { openSealed } from '../operations/open-sealed.ts';
import type { AuditEntry, Caller, RecordAudit, Sealer } from '../operations/ports.ts';
import type { OAuthClients } from './ports.ts';

export interface OAuthClientPorts {
  readonly clients: OAuthClients;
  readonly sealer: Sealer;
  readonly recordAudit: RecordAudit;
}

const maxClientBytes = 24_576;

/**
 * Stores the app that a vendor knows us by. It serves documents of its own scope only: the platform's secret never goes to
 * a token endpoint that a tenant wrote.
 * @throws PatchbayError `invalid_request`, `vault_unavailable`, `audit_unavailable`.
 */
export function setOAuthClient({ clients, sealer, recordAudit }: OAuthClientPorts) {
  return async (request: SetOAuthClientRequest, caller: Caller): Promise<SetOAuthClientResult> => {
    const { scope, integration } = request;
    const client = openSealed(sealer, request.sealed_client, {
      path: 'sealed_client',
      schema: OAuthClient,
      maxBytes: maxClientBytes,
    });
    await recordAudit(entry(request, caller, 'set'));
    return { client: await clients.set(scope, integration, client) };
  };
}

/** Forgets an app: its connections keep their tokens until those end. Errors as of `setOAuthClient`. */
export function removeOAuthClient({ clients, recordAudit }: Pick<OAuthClientPorts, 'clients' | 'recordAudit'>) {
  return async (request: RemoveOAuthClientRequest, caller: Caller): Promise<{ removed: boolean }> => {
    await recordAudit(entry(request, caller, 'removed'));
    return { removed: await clients.remove(request.scope, request.integration) };
  };
}

function entry(
  { scope, integration }: RemoveOAuthClientRequest,
  { traceId }: Caller,
  what: 'set' | 'removed',
): AuditEntry {
  return {
    tenant: scope === platformScope ? everyTenant : scope,
    class: 'connection',
    type: `dev.patchbay.oauth_client.${what}`,
    subject: integration,
    data: {
      actor: { kind: 'admin', id: 'admin' },
      target: { kind: 'oauth_client', id: `${scope}.${integration}` },
      outcome: 'succeeded',
      integration,
      ...(traceId !== null && { trace_id: traceId }),
    },
  };
}
