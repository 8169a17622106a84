import { createHmac } from 'node:crypto';

/** What a signing key begins with when it is shown; the rest is Base64 of its bytes (Standard Webhooks). */
export const keyPrefix = 'whsec_';

/**
 * The headers that a Standard Webhooks receiver checks: id, time in seconds, and a signature (`v1,` and Base64) under each key,
 * newest first, so that whoever knows one of them accepts it. Source: standard-webhooks specification, "Signature scheme".
 */
export function signWebhook(
  keys: readonly string[],
  id: string,
  timestampSeconds: number,
  body: Uint8Array | string,
): Record<string, string> {
  const signatures = keys.map((key) => {
    const mac = createHmac('sha256', Buffer.from(key.slice(keyPrefix.length), 'base64'));
    return `v1,${mac.update(`${id}.${timestampSeconds}.`).update(body).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signatures.join(' '),
  };
}
