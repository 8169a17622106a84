import {
  type Credential,
  PatchbayError,
  type RevertCredentialRequest,
  type RotateCredentialRequest,
  type RotateCredentialResult,
} from '@patchbay/contracts';
import { toConnection } from '../domain/connection-record.ts';
import { auditedChange } from './audited-change.ts';
import { bindingOf, parseCredential } from './open-credential.ts';
import { openSealedCredential } from './open-sealed-credential.ts';
import type { OverlapStore } from './overlap-store.ts';
import type {
  BroadcastRevocation,
  Caller,
  ConnectionStore,
  CredentialStore,
  RecordAudit,
  Report,
  Sealer,
} from './ports.ts';
import { forgetOlder, type ReplaceCredentialPorts, replaceCredential } from './replace-credential.ts';

export interface RotateCredentialPorts extends ReplaceCredentialPorts {
  readonly connections: ConnectionStore;
  readonly credentials: CredentialStore;
  readonly overlaps: Pick<OverlapStore, 'get' | 'put'>;
  readonly sealer: Sealer;
  readonly recordAudit: RecordAudit;
  readonly report: Report;
  readonly broadcastRevocation: BroadcastRevocation;
  /** Longest credential, as bytes of JSON. */
  readonly maxCredentialBytes: number;
}

/** Seconds for which one can take back that one went back. */
const revertOverlapS = 86_400;

/**
 * Puts another credential behind a connection. It is lent from then on, and executors drop their leases of the one before,
 * which is kept for the overlap.
 * @throws PatchbayError `invalid_request` for an unusable sealed credential, `connection_missing`, `vault_unavailable`,
 *   `audit_unavailable`.
 */
export function rotateCredential(ports: RotateCredentialPorts) {
  return async (request: RotateCredentialRequest, caller: Caller): Promise<RotateCredentialResult> => {
    const credential = openSealedCredential(ports.sealer, request.sealed_credential, ports.maxCredentialBytes);
    return change(ports, request, 'rotated', caller, async () => ({
      credential,
      seen: null,
      overlapS: request.overlap_s,
    }));
  };
}

/**
 * Goes back to the credential before, as a version of its own. Errors as of `rotateCredential`; `invalid_request` when none
 * is kept.
 */
export function revertCredential(ports: RotateCredentialPorts) {
  return (request: RevertCredentialRequest, caller: Caller): Promise<RotateCredentialResult> =>
    change(ports, request, 'reverted', caller, async () => ({
      ...(await previousOf(ports, request)),
      overlapS: revertOverlapS,
    }));
}

interface Change {
  readonly credential: Credential;
  /** The version that it follows; null: whatever. */
  readonly seen: number | null;
  readonly overlapS: number;
}

function change(
  ports: RotateCredentialPorts,
  { tenant, connection: id }: RevertCredentialRequest,
  what: 'rotated' | 'reverted',
  caller: Caller,
  decide: () => Promise<Change>,
): Promise<RotateCredentialResult> {
  const type = `dev.patchbay.connection.${what}` as const;
  return auditedChange(ports, { tenant, type, connection: id }, caller, async () => {
    // 1. Store the next version; the connection names it from here on.
    const { credential, seen, overlapS } = await decide();
    const { record, replaced } = await replaceCredential(ports, { tenant, id, seen }, credential);
    if (!replaced)
      throw new PatchbayError('vault_unavailable', { message: 'The credential changed at this moment. Try again.' });

    // 2. Say until when the one before is kept, or destroy it.
    const version = record.credential_version - 1;
    const until = new Date(ports.now().getTime() + overlapS * 1_000).toISOString();
    if (overlapS > 0) await ports.overlaps.put({ tenant, connection: id, version, until });
    else await forgetOlder(ports.credentials, record);

    // 3. Take back what was lent of it.
    ports.broadcastRevocation({ tenant, connection: id });
    const { connection: standing } = await ports.connections.getDefault(tenant, record.integration);
    return {
      result: { connection: toConnection(record, standing), previous: overlapS > 0 ? { version, until } : null },
      facts: { credential_version: record.credential_version, auth_type: record.auth_type, overlap_s: overlapS },
    };
  });
}

/** The credential that is kept, if it is the one right before the present one. */
async function previousOf(
  ports: RotateCredentialPorts,
  { tenant, connection: id }: RevertCredentialRequest,
): Promise<{ credential: Credential; seen: number }> {
  const [found, overlap] = await Promise.all([ports.connections.get(tenant, id), ports.overlaps.get(tenant, id)]);
  if (found === null || found.value.status === 'revoked')
    throw new PatchbayError('connection_missing', { message: 'The tenant has no such connection.' });
  const { value: record } = found;
  const version = record.credential_version - 1;
  const kept =
    overlap !== null && overlap.value.version === version && Date.parse(overlap.value.until) > ports.now().getTime();
  const stored = kept ? await ports.credentials.get(tenant, id, version) : null;
  if (stored === null)
    throw new PatchbayError('invalid_request', {
      message: 'No earlier credential of the connection is kept: the overlap is over, or the credential changed since.',
      details: { issues: [{ path: 'connection', message: 'has nothing to go back to' }] },
    });
  const plaintext = await ports.cipher.decrypt(bindingOf(record, version), stored);
  return { credential: parseCredential(plaintext), seen: record.credential_version };
}
