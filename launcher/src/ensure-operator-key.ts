import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inboxPrefixOf, platformScope } from '@patchbay/contracts';
import { isUsable, parseApiKey } from '@patchbay/identity';
import { type LocalKeys, seedFileOf } from '@patchbay/local-servers';
import { connectMessaging } from '@patchbay/messaging';
import { adminOver } from '@patchbay/sdk';
import { readSecretFile } from '@patchbay/service-kit';

export interface FirstIdentities {
  readonly natsUrls: readonly string[];
  readonly keys: LocalKeys;
  readonly tenants: readonly string[];
}

/**
 * Makes the tenants that keys can belong to, and an operator's key of the platform in `<keys>/operator.key`, mode 0600; returns
 * its path. One that is there and still in use stays; when the store that knew it is gone, another takes its place.
 */
export async function ensureOperatorKey({ natsUrls, keys, tenants }: FirstIdentities): Promise<string> {
  const path = operatorKeyFile(keys);
  const messaging = await connectMessaging({
    servers: natsUrls,
    seed: readSecretFile(seedFileOf(keys, 'admin')),
    name: 'launcher',
    inboxPrefix: inboxPrefixOf('admin'),
  });
  try {
    const admin = adminOver(messaging, platformScope);
    for (const tenant of tenants) await admin.tenants.create(tenant);
    const held = readKey(path);
    const known = held === null ? [] : await admin.keys.list({ tenant: platformScope });
    if (known.some((key) => key.id === held && isUsable(key, Date.now()))) return path;
    const { secret } = await admin.keys.create({ name: 'operator of this machine', role: 'operator' });
    writeFileSync(path, `${secret}\n`, { mode: 0o600 });
    chmodSync(path, 0o600);
    return path;
  } finally {
    await messaging.close();
  }
}

/** Where the operator's key is, once it was made. */
export function operatorKeyFile({ dir }: Pick<LocalKeys, 'dir'>): string {
  return join(dir, 'operator.key');
}

/** The id of the key in the file, or null for none. */
function readKey(path: string): string | null {
  try {
    return parseApiKey(readFileSync(path, 'utf8').trim())?.id ?? null;
  } catch {
    return null;
  }
}
