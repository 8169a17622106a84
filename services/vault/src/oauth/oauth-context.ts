import { type IntegrationDocument, type OAuthClient, PatchbayError } from '@patchbay/contracts';
import { type OAuthSettings, oauthSettings } from './oauth-settings.ts';
import type { Documents, OAuthClients } from './ports.ts';

export interface OAuthContext {
  readonly document: IntegrationDocument;
  readonly settings: OAuthSettings;
  readonly client: OAuthClient;
}

/**
 * What it takes to get a tenant a token of an integration.
 * @throws PatchbayError `tool_not_found` without the integration, `invalid_request` when it has no OAuth, no client is set or a
 *   variable is missing.
 */
export async function oauthContext(
  ports: { readonly documents: Documents; readonly clients: Pick<OAuthClients, 'get'> },
  tenant: string,
  integration: string,
  variables: Readonly<Record<string, string>>,
): Promise<OAuthContext> {
  const found = ports.documents.find(tenant, integration);
  if (found === null)
    throw new PatchbayError('tool_not_found', { message: `There is no integration '${integration}'.` });
  const settings = oauthSettings(found.document, found.scope, variables);
  const client = await ports.clients.get(found.scope, integration);
  if (client !== null) return { document: found.document, settings, client };
  throw new PatchbayError('invalid_request', {
    message: `No OAuth client is set for '${integration}' of ${found.scope}: 'patchbay oauth set-client ${integration}' stores the one that the vendor gave you.`,
    details: { issues: [{ path: 'integration', message: 'no OAuth client is set' }] },
  });
}
