import { randomBytes } from 'node:crypto';
import { erased } from '../src/encryption/key-refusals.ts';
import { rootBytes, type TenantRoots } from '../src/encryption/tenant-roots.ts';

/** Roots in memory, made when they are asked for. */
export function memoryRoots(): TenantRoots {
  const roots = new Map<string, Buffer | null>();
  const ensure = async (tenant: string) => {
    if (!roots.has(tenant)) roots.set(tenant, randomBytes(rootBytes));
    const root = roots.get(tenant);
    if (root == null) throw erased(tenant);
    return Buffer.from(root);
  };
  return { id: 'memory', get: ensure, ensure, destroy: async (tenant) => void roots.set(tenant, null) };
}
