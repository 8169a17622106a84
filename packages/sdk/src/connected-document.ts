import { type Connection, type IntegrationDocument, PatchbayError, platformScope, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

/** A connection that is in use, and its integration's document. @throws PatchbayError `connection_missing`. */
export async function connectedDocument(
  messaging: Messaging,
  tenant: string,
  id: string,
): Promise<{ readonly connection: Connection; readonly document: IntegrationDocument }> {
  const { connections } = await messaging.request(routes.listConnections, {}, { tenant });
  const connection = connections.find((one) => one.id === id && one.status !== 'revoked');
  if (connection === undefined)
    throw new PatchbayError('connection_missing', { message: `The tenant has no connection ${id}.` });
  return { connection, document: await documentOf(messaging, tenant, connection.integration) };
}

/** The tenant's own document, else the platform's: what a call by the tool's name means. */
async function documentOf(messaging: Messaging, tenant: string, integration: string): Promise<IntegrationDocument> {
  const ask = (scope: string) => messaging.request(routes.getIntegration, {}, { integration, scope });
  try {
    return (await ask(tenant)).document;
  } catch (error) {
    if (!(error instanceof PatchbayError && error.code === 'tool_not_found')) throw error;
    return (await ask(platformScope)).document;
  }
}
