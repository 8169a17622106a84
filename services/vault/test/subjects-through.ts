import { LentSubjectKey, LentTokenKey, routes, type SubjectToken } from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';

const process = createSealingKeys();

function opened({ sealed, public_key: sender }: { sealed: string; public_key: string }): unknown {
  return JSON.parse(Buffer.from(process.open(Buffer.from(sealed, 'base64'), sender)).toString());
}

/** What makes tokens, as an executor borrows it. */
export async function lendTokenKeyThrough(service: Messaging, tenant = 'acme', caller = 'executor') {
  const request = { tenant, public_key: process.publicKey };
  return LentTokenKey.parse(opened(await service.request(routes.lendTokenKey, { caller }, request)));
}

/** A person's data key, as whoever keeps something of them borrows it, or the audit service does. */
export async function lendSubjectKeyThrough(
  service: Messaging,
  subject: SubjectToken,
  { tenant = 'acme', caller = 'executor' } = {},
) {
  const request = { tenant, subject, public_key: process.publicKey };
  return LentSubjectKey.parse(opened(await service.request(routes.lendSubjectKey, { caller }, request)));
}
