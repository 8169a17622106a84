import { platformScope } from '@patchbay/contracts';
import { parseApiKey, scopesOf } from '@patchbay/identity';
import { auditedChange } from '../audited-change.ts';
import type { KeyPorts } from './key-ports.ts';

export interface FirstKeyPorts extends Pick<KeyPorts, 'store' | 'now' | 'recordAudit' | 'report'> {
  readonly hashOf: (secret: string) => string;
}

/**
 * Takes a key that was made beside a new installation as an operator's of the platform, so that somebody can come in. Only while
 * the platform has no key at all: afterwards whoever can write the file makes nobody an operator.
 * @returns whether it was taken now.
 * @throws Error when the text is no key. PatchbayError `audit_unavailable`.
 */
export async function admitFirstKey(ports: FirstKeyPorts, text: string): Promise<boolean> {
  const { store, now, hashOf } = ports;
  const parsed = parseApiKey(text);
  if (parsed === null) throw new Error('The file of the first key holds no API key.');
  if (store.keys().some(({ tenant }) => tenant === platformScope)) return false;
  const change = {
    tenant: platformScope,
    act: 'key_created' as const,
    target: { kind: 'api_key', id: parsed.id },
    actor: { kind: 'admin', id: 'installation' } as const,
    traceId: null,
  };
  return auditedChange(ports, change, () =>
    store.createKey({
      id: parsed.id,
      hash: hashOf(parsed.secret),
      hint: parsed.secret.slice(0, 4),
      tenant: platformScope,
      name: 'first operator',
      role: 'operator',
      scopes: [...scopesOf('operator', platformScope)],
      agent: null,
      created_by: 'installation',
      created_at: new Date(now()).toISOString(),
      expires_at: null,
      revoked_at: null,
      last_used_at: null,
      replaces: null,
    }),
  );
}
