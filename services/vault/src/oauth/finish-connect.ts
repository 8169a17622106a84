import { toErrorBody } from '@patchbay/contracts';
import { reportAlteredStore } from '../operations/altered-store.ts';
import type { Caller } from '../operations/ports.ts';
import { type ConnectPorts, vendorMs } from './connect-ports.ts';
import type { ConnectRecord } from './connect-record.ts';
import { isHashed, readState } from './connect-secrets.ts';
import { redirectUri } from './follow-connect.ts';
import { oauthContext } from './oauth-context.ts';
import { OAuthFailure, plainCode } from './oauth-failure.ts';
import { requestToken } from './request-token.ts';
import { settleConnect } from './settle-connect.ts';
import { variablesOf } from './token-response.ts';

export type Finished =
  | { readonly ok: true; readonly integration: string }
  /**
   * `refused`: not a callback of ours, another browser's, a second time, or too late. `declined`: the user said no at the
   * vendor. `failed`: the vendor or the vault gave no token.
   */
  | { readonly ok: false; readonly why: 'refused' | 'declined' | 'failed' };

/**
 * Takes what a vendor's page sent the browser back with. A state is good once, for the browser that followed the link, until
 * the connect's end; everything else is refused before the vendor is asked.
 */
export function finishConnect(ports: ConnectPorts) {
  return async (query: Readonly<Record<string, string>>, cookie: string | null, caller: Caller): Promise<Finished> => {
    // 1. Whose callback it is.
    const named = readState(query.state ?? '');
    const found = named === null ? null : await ports.connects.get(named.tenant, named.connect);
    if (found === null || !mayFinish(found.value, query.state ?? '', cookie, ports.now().getTime()))
      return { ok: false, why: 'refused' };

    // 2. Taken once: of two callbacks with one state, one goes on.
    const taken: ConnectRecord = { ...found.value, state: 'taken', state_hash: null, browser_hash: null };
    const revision = await ports.connects.replace(taken, found.revision);
    if (revision === null) return { ok: false, why: 'refused' };

    // 3. What the vendor said.
    if (query.error !== undefined || query.code === undefined || query.code === '') {
      const reason = plainCode(query.error ?? '', [query.code, query.state]) ?? 'no_code';
      await ports.connects.replace({ ...taken, state: 'failed', reason }, revision);
      return { ok: false, why: query.error === 'access_denied' ? 'declined' : 'failed' };
    }
    try {
      const connection = await exchangeCode(ports, taken, query as { code: string; state: string }, caller);
      await ports.connects.replace({ ...taken, state: 'connected', connection }, revision);
      return { ok: true, integration: taken.integration };
    } catch (error) {
      const reason = error instanceof OAuthFailure ? error.code : toErrorBody(error).code;
      const facts = { tenant: taken.tenant, connect: taken.id, integration: taken.integration };
      if (!reportAlteredStore(ports.report, error, facts))
        ports.report('warn', 'a connect failed', { ...facts, reason });
      await ports.connects.replace({ ...taken, state: 'failed', reason }, revision);
      return { ok: false, why: 'failed' };
    }
  };
}

function mayFinish(record: ConnectRecord, state: string, cookie: string | null, nowMs: number): boolean {
  return (
    record.state === 'waiting' &&
    Date.parse(record.expires_at) > nowMs &&
    isHashed(state, record.state_hash) &&
    cookie !== null &&
    isHashed(cookie, record.browser_hash)
  );
}

async function exchangeCode(
  ports: ConnectPorts,
  record: ConnectRecord,
  query: Readonly<Record<string, string>> & { readonly code: string; readonly state: string },
  caller: Caller,
): Promise<string> {
  const { tenant, integration } = record;
  const { settings, client } = await oauthContext(ports, tenant, integration, record.variables);
  const { credential, answer } = await requestToken(ports, {
    tenant,
    settings,
    client,
    grant: 'authorization_code',
    parameters: {
      code: query.code,
      redirect_uri: redirectUri(ports),
      ...(settings.auth.pkce !== 'none' && { code_verifier: ports.secrets.verifierOf(query.state) }),
    },
    deadlineAt: performance.now() + vendorMs,
  });
  const { code: _code, state: _state, ...callback } = query;
  return settleConnect(ports, record, credential, variablesOf(settings.auth, answer, callback), caller);
}
