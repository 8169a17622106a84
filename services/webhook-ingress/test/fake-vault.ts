import { routes } from '@patchbay/contracts';
import { createSealingKeys, endpoint, type Messaging } from '@patchbay/messaging';

/** A vault's routes for secrets, in memory, over real NATS under the vault's own identity. */
export interface FakeVault {
  /** What it holds: `<tenant> <owner> <secret>` to its value. */
  readonly held: ReadonlyMap<string, string>;
  /** Times that secrets were lent. */
  readonly lent: number;
  stop(): Promise<void>;
  /** Answers again. */
  start(): Promise<void>;
}

export async function startFakeVault(messaging: Messaging): Promise<FakeVault> {
  const keys = createSealingKeys();
  const held = new Map<string, string>();
  let lent = 0;
  const open = (sealed: string, sender: string): string =>
    JSON.parse(Buffer.from(keys.open(Buffer.from(sealed, 'base64'), sender)).toString()).value;
  const endpoints = [
    endpoint('get-vault-key', routes.getVaultKey, async () => ({ public_key: keys.publicKey })),
    endpoint('keep-secret', routes.keepSecret, async ({ tenant, owner, secret_id, sealed, public_key }) => {
      held.set(`${tenant} ${owner} ${secret_id}`, open(sealed, public_key));
      return { secret_id };
    }),
    endpoint('lend-secrets', routes.lendSecrets, async ({ tenant, owner, public_key }) => {
      lent++;
      const secrets = [...held].flatMap(([key, value]) => {
        const [ofTenant, ofOwner, secret_id = ''] = key.split(' ');
        if (ofTenant !== tenant || ofOwner !== owner) return [];
        const clear = JSON.stringify({ tenant, owner, secret_id, value });
        return [{ secret_id, sealed: Buffer.from(keys.seal(Buffer.from(clear), public_key)).toString('base64') }];
      });
      return { secrets, public_key: keys.publicKey };
    }),
    endpoint('drop-secrets', routes.dropSecrets, async ({ tenant, owner, secret_id }) => {
      const dropped = [...held.keys()].filter((key) => key.startsWith(`${tenant} ${owner} ${secret_id ?? ''}`));
      for (const key of dropped) held.delete(key);
      return { dropped: dropped.length };
    }),
  ];
  const serve = () => messaging.serve({ name: 'vault', version: '0.1.0', description: 'test' }, endpoints);
  let served = await serve();
  return {
    held,
    get lent() {
      return lent;
    },
    stop: () => served.stop(),
    async start() {
      served = await serve();
      await messaging.flush();
    },
  };
}
