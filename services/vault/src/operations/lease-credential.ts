import {
  type Credential,
  type LeasePayload,
  type LeaseRequest,
  type LeaseResult,
  PatchbayError,
} from '@patchbay/contracts';
import type { z } from 'zod';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import { expiryOf, leaseTtlMs, refreshDue } from '../domain/credential-expiry.ts';
import { SingleFlight } from '../encryption/single-flight.ts';
import { reportAlteredStore } from './altered-store.ts';
import { leasedEntry, recordDenial } from './lease-audit.ts';
import { connectionGone, type OpenedCredential, openCredential } from './open-credential.ts';
import type {
  Caller,
  ConnectionStore,
  CredentialCipher,
  CredentialStore,
  RecordAudit,
  Report,
  Sealer,
} from './ports.ts';

export interface LeaseCredentialPorts {
  readonly connections: ConnectionStore;
  readonly credentials: CredentialStore;
  readonly cipher: CredentialCipher;
  readonly sealer: Sealer;
  readonly recordAudit: RecordAudit;
  readonly report: Report;
  readonly now: () => Date;
  /** Gets a connection another token, unless its version is no longer `seen`: see `createRefreshCredential`. */
  readonly refresh: (record: ConnectionRecord, seen: number) => Promise<ConnectionRecord>;
}

/**
 * Lends a connection's credential to one executor, sealed to its key, for at most 30 seconds.
 * @throws PatchbayError `invalid_request` (recipient), `connection_missing`, `credential_expired`, `vault_unavailable`,
 *   `audit_unavailable`.
 */
export function leaseCredential(ports: LeaseCredentialPorts) {
  const decryptions = new SingleFlight<OpenedCredential>();

  async function lease(request: LeaseRequest, caller: Caller): Promise<LeaseResult> {
    // 1. Whoever asks must be somebody we can seal to.
    if (!ports.sealer.isRecipient(request.recipient)) {
      throw new PatchbayError('invalid_request', {
        message: 'The recipient is not an xkey public key.',
        details: { issues: [{ path: 'recipient', message: 'not an xkey public key' }] },
      });
    }

    // 2. Find the connection, and refuse at once what is known to have ended.
    const found = await resolveConnection(ports.connections, request);
    const record = await withToken(ports, found.record, request, caller);
    assertNotExpired(record.credential_expires_at, ports.now());

    // 3. Decrypt and record at the same time; neither alone is enough. Callers who want the same credential at the same
    //    moment share one decryption, but each has its own record. When the decryption fails, a record of the refusal follows
    //    that of the lease: the audit may say more than happened, never less.
    const [recorded, decrypted] = await Promise.allSettled([
      ports.recordAudit(leasedEntry(request, caller, record)),
      decryptions.run(`${record.tenant}.${record.id}.${record.credential_version}`, () =>
        openCredential(ports, record),
      ),
    ]);
    if (recorded.status === 'rejected') throw recorded.reason;
    if (decrypted.status === 'rejected') throw decrypted.reason;

    // 4. Seal, for no longer than the credential itself lasts.
    const opened = decrypted.value;
    const ttlMs = assertNotExpired(expiryOf(opened.credential), ports.now());
    return sealLease(ports.sealer, opened.record, opened.credential, request.recipient, ttlMs);
  }

  return async (request: LeaseRequest, caller: Caller): Promise<LeaseResult> => {
    try {
      return await lease(request, caller);
    } catch (error) {
      recordDenial(ports, request, caller, error);
      throw error;
    }
  };
}

/** Milliseconds that a caller which names no budget waits for a new token, and what of a budget the answer needs. */
const waitMs = { unnamed: 1_500, answer: 100 };

/** The connection with a token that can be lent: a new one when it ended or was refused, the old one while that goes on. */
async function withToken(
  ports: LeaseCredentialPorts,
  record: ConnectionRecord,
  request: LeaseRequest,
  caller: Caller,
): Promise<ConnectionRecord> {
  const due = refreshDue(record, request.refused_version, ports.now().getTime());
  if (due === 'not') return record;
  const refreshed = ports.refresh(record, record.credential_version);
  // Who does not wait for it finds out at the next lease, if it matters.
  refreshed.catch((error: unknown) => {
    const facts = { tenant: record.tenant, integration: record.integration, connection: record.id };
    if (due === 'soon') reportAlteredStore(ports.report, error, facts);
  });
  if (due === 'soon') return record;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const budgetMs = caller.budgetMs == null ? waitMs.unnamed : Math.max(0, caller.budgetMs - waitMs.answer);
  const timer = setTimeout(() => {
    const message = 'The token has ended, and the new one is not here yet.';
    reject(new PatchbayError('vault_unavailable', { message, details: { reason: 'refresh_slow' } }));
  }, budgetMs);
  return Promise.race([refreshed, late]).finally(() => clearTimeout(timer));
}

/** The named connection, else the default; `connection_missing` says the same for none, another's, and a revoked one. */
async function resolveConnection(
  connections: ConnectionStore,
  request: LeaseRequest,
): Promise<{ record: ConnectionRecord; revision: number }> {
  const id = request.connection ?? (await connections.getDefault(request.tenant, request.integration)).connection;
  const found = id === null ? null : await connections.get(request.tenant, id);
  if (found === null || found.value.integration !== request.integration || found.value.status === 'revoked')
    throw connectionGone(request.integration);
  if (found.value.status === 'expired') throw expired();
  return { record: found.value, revision: found.revision };
}

function sealLease(
  sealer: Sealer,
  record: ConnectionRecord,
  credential: Credential,
  recipient: string,
  ttlMs: number,
): LeaseResult {
  const payload: z.input<typeof LeasePayload> = {
    tenant: record.tenant,
    integration: record.integration,
    connection: record.id,
    credential_version: record.credential_version,
    variables: record.variables,
    credential: lent(credential),
  };
  const clear = Buffer.from(JSON.stringify(payload));
  try {
    const sealed = Buffer.from(sealer.seal(clear, recipient)).toString('base64');
    return {
      connection: record.id,
      credential_version: record.credential_version,
      sender: sealer.publicKey,
      sealed,
      ttl_ms: ttlMs,
    };
  } finally {
    clear.fill(0);
  }
}

/** What an executor needs of a credential: how to get another is the vault's alone. */
function lent(credential: Credential): Credential {
  if (credential.type !== 'oauth2') return credential;
  const { refresh_token: _refresh, issuer: _issuer, ...token } = credential;
  return token;
}

/** @returns how long a lease may be used, in milliseconds. */
function assertNotExpired(expiresAt: string | null, now: Date): number {
  const ttlMs = leaseTtlMs(expiresAt, now.getTime());
  if (ttlMs === 0) throw expired();
  return ttlMs;
}

function expired(): PatchbayError {
  return new PatchbayError('credential_expired', { message: 'The credential has expired. Reconnect the connection.' });
}
