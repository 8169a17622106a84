import { readFileSync } from 'node:fs';
import { inboxPrefixOf, newId, routes } from '@patchbay/contracts';
import { connectMessaging, createSealingKeys } from '@patchbay/messaging';
import { percentilesOf } from './work.ts';

/**
 * Leases credentials as an executor does, so many at once, and opens each. Arguments: `<nats> <credentials> <identity>`. `floor` asks the
 * vault for its public key instead: the same way there and back, and nothing done.
 */
export interface LeaseTask {
  readonly leases: readonly { readonly tenant: string; readonly connection: string }[] | 'floor';
  readonly concurrency: number;
  readonly seconds: number;
}
export interface LeaseDriverResult {
  readonly done: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}

const [servers = '', credentials = '', identity = 'executor'] = process.argv.slice(2);
const messaging = await connectMessaging({
  servers: [servers],
  seed: readFileSync(credentials, 'utf8').trim(),
  name: 'lease-driver',
  inboxPrefix: inboxPrefixOf(identity as 'executor' | 'admin'),
});
const keys = createSealingKeys();

async function lease(tenant: string, connection: string): Promise<void> {
  const { sealed, sender } = await messaging.request(
    routes.leaseCredential,
    {},
    { tenant, integration: 'bench', connection, execution_id: newId('execution'), recipient: keys.publicKey },
  );
  keys.open(Buffer.from(sealed, 'base64'), sender);
}

async function run({ leases, concurrency, seconds }: LeaseTask): Promise<LeaseDriverResult> {
  const took: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  let next = 0;
  const caller = async () => {
    while (performance.now() < endsAt) {
      const from = performance.now();
      if (leases === 'floor') await messaging.request(routes.getVaultKey, {}, {});
      else {
        const one = leases[next++ % leases.length];
        if (one !== undefined) await lease(one.tenant, one.connection);
      }
      took.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const { p50, p99 } = percentilesOf(took);
  return { done: took.length, seconds: (performance.now() - startedAt) / 1_000, p50, p99 };
}

process.on('message', (task: LeaseTask) => {
  run(task).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ ready: true });
