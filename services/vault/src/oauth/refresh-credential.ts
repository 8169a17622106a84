import { setTimeout as delay } from 'node:timers/promises';
import { type Credential, PatchbayError } from '@patchbay/contracts';
import type { Egress } from '@patchbay/egress';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import { isRefreshable } from '../domain/credential-expiry.ts';
import { SingleFlight } from '../encryption/single-flight.ts';
import { openCredential } from '../operations/open-credential.ts';
import type { RecordAudit, Report } from '../operations/ports.ts';
import {
  adoptCredential,
  forgetOlder,
  type ReplaceCredentialPorts,
  replaceCredential,
} from '../operations/replace-credential.ts';
import { expireConnection } from './expire-connection.ts';
import { grantAgain } from './grant-again.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { oauthSettings } from './oauth-settings.ts';
import type { Documents, OAuthClients, RefreshRecord, RefreshRecords } from './ports.ts';
import { requestToken } from './request-token.ts';

export interface RefreshPorts extends ReplaceCredentialPorts {
  readonly documents: Documents;
  readonly clients: Pick<OAuthClients, 'get'>;
  readonly refreshes: RefreshRecords;
  readonly egress: Pick<Egress, 'send'>;
  readonly recordAudit: RecordAudit;
  readonly report: Report;
  readonly announceExpired: (record: ConnectionRecord, reason: 'refresh_refused' | 'no_refresh_token') => void;
}

type OAuthCredential = Extract<Credential, { type: 'oauth2' }>;

/** Milliseconds that the vendor has to answer. Nobody's call: what it then says of a token used once must not be lost. */
const askMs = 30_000;
/** Milliseconds beyond it after which whoever held the right is taken for dead; clocks may differ by less. */
const holdGraceMs = 10_000;
/** Milliseconds ahead beyond which a stored time is none. */
const farthestMs = 3_600_000;
/** Milliseconds between two looks at a connection that another process refreshes. */
const lookMs = 50;
/** Milliseconds without a further try after one that gave no token; doubles with each, up to the most. */
const coolDown = { leastMs: 1_000, mostMs: 300_000 };

/**
 * Gets a new token for a connection: one question to the vendor, however many processes want one at the same moment. The
 * right to ask is a record changed by compare-and-set; the others wait for the connection's next version. It goes on to its
 * end whoever stops waiting.
 *
 * @returns the connection with a version other than `seen`.
 * @throws PatchbayError `credential_expired` when the vendor refuses for good, `vault_unavailable` (retryable) when there is
 *   no token now, `connection_missing`.
 */
export function createRefreshCredential(ports: RefreshPorts) {
  const flights = new SingleFlight<ConnectionRecord>();
  return (record: ConnectionRecord, seen: number): Promise<ConnectionRecord> =>
    flights.run(`${record.tenant}.${record.id}.${seen}`, () => refresh(ports, record.tenant, record.id, seen));
}

async function refresh(ports: RefreshPorts, tenant: string, id: string, seen: number): Promise<ConnectionRecord> {
  for (;;) {
    // 1. Somebody may have been quicker, or have ended between storing the token and saying so.
    const { record } = await adoptCredential(ports, { tenant, id });
    if (record.credential_version !== seen) return record;
    if (record.status === 'expired') throw expired();

    // 2. The right to ask.
    const found = await ports.refreshes.get(tenant, id);
    const nowMs = ports.now().getTime();
    if (found !== null && isAhead(found.value.held_until, nowMs)) {
      await delay(lookMs);
      continue;
    }
    if (found !== null && isAhead(found.value.retry_at, nowMs)) throw coolingDown(found.value.retry_at - nowMs);
    const failures = found?.value.failures ?? 0;
    const held: RefreshRecord = { held_until: nowMs + askMs + holdGraceMs, failures, retry_at: 0 };
    const fence = await ports.refreshes.set(tenant, id, held, found?.revision ?? null);
    if (fence === null) continue;

    // 3. Whoever had the right before may have finished just then.
    const current = (await adoptCredential(ports, { tenant, id })).record;
    if (current.credential_version !== seen) {
      await release(ports, tenant, id, fence, { failures: 0, retry_at: 0 });
      return current;
    }
    return askAndStore(ports, current, fence, failures);
  }
}

/**
 * Whether a stored time is still to come. One further ahead than any clock steps was not written by a vault and counts as
 * past: else a changed record would keep a connection from its token for ever.
 */
function isAhead(atMs: number, nowMs: number): boolean {
  return atMs > nowMs && atMs <= nowMs + farthestMs;
}

async function askAndStore(
  ports: RefreshPorts,
  record: ConnectionRecord,
  fence: number,
  failures: number,
): Promise<ConnectionRecord> {
  const { tenant, id, credential_version: seen } = record;
  try {
    const credential = await askForToken(ports, record);
    const { record: next } = await replaceCredential(ports, { tenant, id, seen }, credential);
    await audit(ports, record, 'succeeded', { credential_version: next.credential_version });
    // The older token goes once nobody can want it; a row left behind goes with the next replacement.
    await forgetOlder(ports.credentials, next).catch(() => {});
    await release(ports, tenant, id, fence, { failures: 0, retry_at: 0 });
    return next;
  } catch (error) {
    const failure = error instanceof OAuthFailure ? error : null;
    const waitMs = Math.min(coolDown.mostMs, coolDown.leastMs * 2 ** failures);
    const retryAt = ports.now().getTime() + waitMs;
    await release(ports, tenant, id, fence, { failures: failures + 1, retry_at: retryAt });
    await audit(ports, record, failure?.kind === 'refused' ? 'refused' : 'failed', {
      reason: failure?.code ?? 'vault',
    });
    if (failure === null) throw error;
    ports.report('warn', 'a token could not be refreshed', {
      tenant,
      connection: id,
      integration: record.integration,
      kind: failure.kind,
      reason: failure.code,
    });
    if (failure.kind !== 'refused') throw coolingDown(waitMs, failure);
    // Before a connection is given up: another may have changed it while the vendor was asked.
    const present = await ports.connections.get(tenant, id);
    if (present !== null && present.value.credential_version !== seen) return present.value;
    const reason = failure.code === 'no_refresh_token' ? 'no_refresh_token' : 'refresh_refused';
    await expireConnection(ports, { tenant, id, seen }, reason);
    throw expired();
  }
}

async function askForToken(ports: RefreshPorts, record: ConnectionRecord): Promise<OAuthCredential> {
  const { tenant, integration } = record;
  const found = ports.documents.find(tenant, integration);
  if (found === null) throw new OAuthFailure('client', 'no_document');
  const { credential } = await openCredential(ports, record);
  if (credential.type !== 'oauth2') throw new OAuthFailure('refused', 'no_refresh_token');
  const settings = oauthSettings(found.document, found.scope, record.variables);
  if (!isRefreshable(credential)) throw new OAuthFailure('refused', 'no_refresh_token');
  const client = await ports.clients.get(found.scope, integration);
  if (client === null) throw new OAuthFailure('client', 'no_client');
  // A token goes back to where it came from only: a document may have been changed since.
  const { issuer } = credential;
  if (issuer !== undefined && (issuer.token_url !== settings.tokenUrl || issuer.client_id !== client.client_id))
    throw new OAuthFailure('client', 'another_issuer');
  const deadlineAt = performance.now() + askMs;
  const common = { tenant, settings, client, deadlineAt, previous: credential } as const;
  const answer =
    credential.refresh_token === undefined
      ? await grantAgain(ports, common, found.document, record.variables)
      : await requestToken(ports, {
          ...common,
          grant: 'refresh_token',
          parameters: { refresh_token: credential.refresh_token },
        });
  return answer.credential;
}

/** Gives the right back. Another may have taken it from a process that slept too long: then it is theirs. */
async function release(
  ports: RefreshPorts,
  tenant: string,
  id: string,
  fence: number,
  outcome: Pick<RefreshRecord, 'failures' | 'retry_at'>,
): Promise<void> {
  await ports.refreshes.set(tenant, id, { held_until: 0, ...outcome }, fence).catch((error: unknown) => {
    ports.report('warn', 'the right to refresh could not be given back; it ends by itself', {
      tenant,
      connection: id,
      err: error,
    });
  });
}

async function audit(
  ports: RefreshPorts,
  record: ConnectionRecord,
  outcome: 'succeeded' | 'refused' | 'failed',
  facts: Readonly<Record<string, string | number>>,
): Promise<void> {
  const entry = {
    tenant: record.tenant,
    class: 'credential',
    type: 'dev.patchbay.credential.refreshed',
    subject: record.id,
    data: {
      actor: { kind: 'service', id: 'vault' },
      target: { kind: 'connection', id: record.id, version: String(record.credential_version) },
      outcome,
      connection: record.id,
      integration: record.integration,
      facts,
    },
  } as const;
  // The token is stored whether or not this is: a vendor's new token that nobody kept would be lost for good.
  await ports.recordAudit(entry).catch((error: unknown) => {
    ports.report('error', 'a refresh could not be audited', { connection: record.id, err: error });
  });
}

function expired(): PatchbayError {
  return new PatchbayError('credential_expired', {
    message: 'The connection has to be connected again: its token ended and cannot be refreshed.',
  });
}

function coolingDown(retryAfterMs: number, cause?: unknown): PatchbayError {
  return new PatchbayError('vault_unavailable', {
    message: 'The token has ended and could not be refreshed just now.',
    retryAfterMs,
    details: { reason: 'refresh_failed' },
    ...(cause !== undefined && { cause }),
  });
}
