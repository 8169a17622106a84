import { PatchbayError, type TrustedIssuer } from '@patchbay/contracts';
import type { KeyPorts } from '../keys/key-ports.ts';
import type { IdentityStore } from '../ports.ts';

export interface IssuerPorts extends Pick<KeyPorts, 'recordAudit' | 'report' | 'now'> {
  readonly store: IdentityStore;
  /** Asks for the issuer's keys. @throws PatchbayError `invalid_request` saying why they cannot be had. */
  readonly probe: (issuer: TrustedIssuer) => Promise<void>;
}

export const issuerNotFound = (tenant: string): PatchbayError =>
  new PatchbayError('not_found', { message: `Tenant '${tenant}' trusts no issuer.` });

export const changedByOthers = (): PatchbayError =>
  new PatchbayError('overloaded', { message: 'The issuer is being changed by another.' });
