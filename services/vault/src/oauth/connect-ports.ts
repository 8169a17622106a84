import type { Egress } from '@patchbay/egress';
import type { CreateConnectionPorts } from '../operations/create-connection.ts';
import type { Sealer } from '../operations/ports.ts';
import type { Connects } from './connect-record.ts';
import type { ConnectSecrets } from './connect-secrets.ts';
import type { Documents, OAuthClients } from './ports.ts';

/** What the operations of connecting need. */
export interface ConnectPorts extends CreateConnectionPorts {
  readonly connects: Connects;
  readonly documents: Documents;
  readonly clients: Pick<OAuthClients, 'get'>;
  readonly egress: Pick<Egress, 'send'>;
  readonly secrets: ConnectSecrets;
  readonly sealer: Sealer;
  readonly broadcastRevocation: (of: { tenant: string; connection: string }) => void;
  /** Where browsers reach the connect pages, without a slash at the end; null when there are none. */
  readonly publicUrl: string | null;
}

/** Milliseconds that a vendor has to answer while somebody waits. */
export const vendorMs = 15_000;
