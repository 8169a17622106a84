import { idPrefixes, PatchbayError } from '@patchbay/contracts';
import type { Caller } from '../operations/ports.ts';

/** A service that asks. Its name stands in the subject, where the server lets no other service write it. */
export interface ServiceCaller extends Caller {
  readonly service: string;
}

/** Whose secrets a service may touch, by the prefix of the owner's id. */
const owned: Readonly<Record<string, string>> = {
  'webhook-ingress': idPrefixes.webhookSource,
  'webhook-delivery': idPrefixes.subscription,
  audit: idPrefixes.auditSink,
};

/** @throws PatchbayError `not_permitted` when the owner is another service's. */
export function assertOwns({ service }: ServiceCaller, owner: string): void {
  const prefix = owned[service];
  if (prefix !== undefined && owner.startsWith(`${prefix}_`)) return;
  throw new PatchbayError('not_permitted', {
    message: `The service '${service}' may not touch the secrets of '${owner}'.`,
    details: { owner },
  });
}
