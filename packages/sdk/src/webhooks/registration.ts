import { PatchbayError, type UpstreamOrder } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { connectedDocument } from '../connected-document.ts';

/** How a source is registered at its vendor. */
export interface Registration {
  /** The vendor is the one that this connection is to. */
  readonly connection: string;
  /** By the vendor's names. None: those that the integration's document names. */
  readonly events?: readonly string[];
  /** What the document asks for, such as which repository. */
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/**
 * What the ingress is to ask of the vendor, and the scheme that this means.
 * @throws PatchbayError `connection_missing`, or `invalid_request` when the document does not say how.
 */
export async function orderOf(
  messaging: Messaging,
  tenant: string,
  { connection: id, events = [], arguments: args = {} }: Registration,
): Promise<{ readonly scheme: string; readonly upstream: UpstreamOrder }> {
  const { connection, document } = await connectedDocument(messaging, tenant, id);
  const { integration } = connection;
  if (document.webhooks?.register === undefined)
    throw new PatchbayError('invalid_request', {
      message: `The document of '${integration}' does not say how webhooks are registered at its vendor.`,
    });
  return {
    scheme: document.webhooks.scheme,
    upstream: { integration, connection: id, events: [...events], arguments: { ...args } },
  };
}
