import type { AddConnectionRequest, AddConnectionResult } from '@patchbay/contracts';
import type { z } from 'zod';
import { type CreateConnectionPorts, createConnection } from './create-connection.ts';
import { openSealedCredential } from './open-sealed-credential.ts';
import type { Caller, Sealer } from './ports.ts';

export interface AddConnectionPorts extends CreateConnectionPorts {
  readonly sealer: Sealer;
  /** Longest credential, as bytes of JSON. */
  readonly maxCredentialBytes: number;
}

/**
 * Stores a credential that was sealed to the vault, with a connection of its own. Nothing is stored or recorded of one that
 * is not usable.
 * @throws PatchbayError `invalid_request` for an unusable sealed credential, `vault_unavailable`, `audit_unavailable`.
 */
export function addConnection(ports: AddConnectionPorts) {
  return async (request: AddConnectionRequest, caller: Caller): Promise<z.input<typeof AddConnectionResult>> => {
    const credential = openSealedCredential(ports.sealer, request.sealed_credential, ports.maxCredentialBytes);
    return { connection: await createConnection(ports, request, credential, caller) };
  };
}
