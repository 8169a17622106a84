import { LentSecret, newId, routes } from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';

const process = createSealingKeys();

interface Asked {
  readonly tenant?: string;
  readonly owner: string;
  /** The service whose subject the request goes to. */
  readonly caller?: string;
}

/** Keeps a secret as a service does that was told its value. @returns its id. */
export async function keepThrough(
  service: Messaging,
  {
    tenant = 'acme',
    owner,
    caller = 'webhook-ingress',
    id = newId('webhookSecret'),
    value,
  }: Asked & { id?: string; value: string },
): Promise<string> {
  const { public_key: vaultKey } = await service.request(routes.getVaultKey, {}, {});
  const sealed = Buffer.from(process.seal(Buffer.from(JSON.stringify({ value })), vaultKey)).toString('base64');
  const request = { tenant, owner, secret_id: id, sealed, public_key: process.publicKey };
  return (await service.request(routes.keepSecret, { caller }, request)).secret_id;
}

/** The values of an owner's secrets, in no order. */
export async function lendThrough(
  service: Messaging,
  { tenant = 'acme', owner, caller = 'webhook-ingress' }: Asked,
): Promise<string[]> {
  const request = { tenant, owner, public_key: process.publicKey };
  const answer = await service.request(routes.lendSecrets, { caller }, request);
  return answer.secrets.map(({ sealed }) => {
    const clear = Buffer.from(process.open(Buffer.from(sealed, 'base64'), answer.public_key)).toString();
    return LentSecret.parse(JSON.parse(clear)).value;
  });
}
