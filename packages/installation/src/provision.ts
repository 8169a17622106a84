import { setTimeout as delay } from 'node:timers/promises';
import { buckets, durables, inboxPrefixOf, streams } from '@patchbay/contracts';
import { connectMessaging } from '@patchbay/messaging';
import { readSecretFile } from '@patchbay/service-kit';

export interface ProvisionOptions {
  readonly natsUrls: readonly string[];
  /** File with the provisioner's NKey seed. */
  readonly seedFile: string;
  /** Copies that each stream is kept in: 1 on one server, 3 on a cluster. */
  readonly replicas: number;
  /** Milliseconds in which the servers must come up. */
  readonly patienceMs: number;
  readonly onWaiting?: (reason: string) => void;
  /** Told of durables that were ahead of their streams: what was published meanwhile they may have missed. */
  readonly onMadeAnew?: (durables: readonly string[]) => void;
}

/** Milliseconds between two attempts. */
const pauseMs = 1_000;

/** Makes the streams, buckets and durables that are missing, and waits for servers that are on their way up. */
export async function provisionInstallation(options: ProvisionOptions): Promise<void> {
  const giveUpAt = performance.now() + options.patienceMs;
  for (;;) {
    try {
      const madeAnew = await provision(options);
      if (madeAnew.length > 0) options.onMadeAnew?.(madeAnew);
      return;
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      options.onWaiting?.(error instanceof Error ? error.message : 'unknown');
      await delay(pauseMs);
    }
  }
}

async function provision({ natsUrls, seedFile, replicas }: ProvisionOptions): Promise<readonly string[]> {
  const messaging = await connectMessaging({
    servers: natsUrls,
    seed: readSecretFile(seedFile),
    name: 'provisioner',
    inboxPrefix: inboxPrefixOf('provisioner'),
  });
  try {
    return await messaging.provision({
      streams: Object.values(streams),
      buckets: Object.values(buckets),
      durables,
      replicas,
      storage: 'file',
    });
  } finally {
    await messaging.close();
  }
}
