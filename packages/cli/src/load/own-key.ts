import type { Admin } from '@patchbay/sdk';

/** Seconds that the key outlives what it is for, should nobody revoke it. */
const spareSeconds = 300;

/** Makes an API key for one load. It is revoked at the load's end, and ends by itself soon after if that never comes. */
export async function makeOwnKey(
  admin: Admin,
  seconds: number,
): Promise<{ readonly secret: string; revoke(): Promise<void> }> {
  const { key, secret } = await admin.keys.create({
    name: 'patchbay load',
    role: 'agent',
    expires_at: new Date(Date.now() + (seconds + spareSeconds) * 1_000).toISOString(),
  });
  return {
    secret,
    async revoke() {
      await admin.keys.revoke(key.id);
    },
  };
}
