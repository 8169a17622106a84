import type { Credential } from '@patchbay/contracts';
import type { Egress } from '@patchbay/egress';
import { customFetch, processRevocationResponse, revocationRequest } from 'oauth4webapi';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import { reportAlteredStore } from '../operations/altered-store.ts';
import { bindingOf, parseCredential } from '../operations/open-credential.ts';
import type { CredentialCipher, CredentialStore, Report } from '../operations/ports.ts';
import { clientAuthentication } from './client-authentication.ts';
import { vendorMs } from './connect-ports.ts';
import { egressFetch } from './egress-fetch.ts';
import { oauthContext } from './oauth-context.ts';
import type { Documents, OAuthClients } from './ports.ts';
import { tokenFailure } from './request-token.ts';

export interface RevokeUpstreamPorts {
  readonly documents: Documents;
  readonly clients: Pick<OAuthClients, 'get'>;
  readonly egress: Pick<Egress, 'send'>;
  readonly report: Report;
  readonly credentials: Pick<CredentialStore, 'get'>;
  readonly cipher: Pick<CredentialCipher, 'decrypt'>;
}

/** What removing a connection does at the vendor. A connection that was removed before has nothing left to revoke. */
export function createRevokeUpstream(ports: RevokeUpstreamPorts) {
  return async (record: ConnectionRecord): Promise<string> => {
    if (record.auth_type !== 'oauth2') return 'not_supported';
    try {
      const stored = await ports.credentials.get(record.tenant, record.id, record.credential_version);
      if (stored === null) return 'gone';
      const plaintext = await ports.cipher.decrypt(bindingOf(record), stored);
      return await revokeUpstream(ports, record, parseCredential(plaintext));
    } catch (error) {
      const facts = { tenant: record.tenant, integration: record.integration, connection: record.id };
      if (!reportAlteredStore(ports.report, error, facts))
        ports.report('warn', 'a token could not be read to be revoked', { ...facts, err: error });
      return 'failed';
    }
  };
}

/**
 * Revokes a connection's token at the vendor (RFC 7009) where the document says how. Best effort: what fails is reported, and
 * the connection goes all the same.
 * @returns `revoked`, `not_supported` by the vendor, or `failed`.
 */
async function revokeUpstream(
  ports: RevokeUpstreamPorts,
  record: ConnectionRecord,
  credential: Credential,
): Promise<'revoked' | 'not_supported' | 'failed'> {
  if (credential.type !== 'oauth2') return 'not_supported';
  const { tenant, integration } = record;
  const secrets: (string | undefined)[] = [credential.refresh_token, credential.access_token];
  try {
    if (ports.documents.find(tenant, integration)?.document.auth.revoke_url === undefined) return 'not_supported';
    const { settings, client } = await oauthContext(ports, tenant, integration, record.variables);
    secrets.push(client.client_secret);
    const { issuer } = credential;
    if (issuer !== undefined && (issuer.token_url !== settings.tokenUrl || issuer.client_id !== client.client_id))
      throw new Error('the token is of another issuer');
    const server = { issuer: new URL(settings.tokenUrl).origin, revocation_endpoint: settings.revokeUrl as string };
    // The refresh token takes the access tokens with it (RFC 7009 section 2.1).
    const token = credential.refresh_token ?? credential.access_token;
    const hint = credential.refresh_token === undefined ? 'access_token' : 'refresh_token';
    const response = await revocationRequest(
      server,
      { client_id: client.client_id },
      await clientAuthentication(settings.auth, client),
      token,
      {
        additionalParameters: { token_type_hint: hint },
        [customFetch]: egressFetch(ports.egress, { tenant, deadlineAt: performance.now() + vendorMs }),
      } as never,
    );
    await processRevocationResponse(response);
    return 'revoked';
  } catch (error) {
    ports.report('warn', 'a token could not be revoked at the vendor', {
      tenant,
      connection: record.id,
      integration,
      err: tokenFailure(error, secrets),
    });
    return 'failed';
  }
}
