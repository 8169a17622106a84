import { platformScope } from '@patchbay/contracts';
import type { RegistryCopy } from '@patchbay/registry-copy';
import type { Documents } from '../oauth/ports.ts';

/** Documents in this process's copy of the registry. */
export function createRegistryDocuments(copy: Pick<RegistryCopy, 'integration' | 'served'>): Documents {
  return {
    find(tenant, integration) {
      const served = copy.served(tenant, integration)?.stored;
      for (const scope of [tenant, platformScope]) {
        if (served?.scope === scope) return { scope, document: served.document };
        const found = copy.integration(scope, integration);
        // One that was retired still says where the tokens of its connections are refreshed and revoked.
        const version = found?.latest ?? found?.versions.at(-1);
        if (version !== undefined) return { scope, document: version.stored.document };
      }
      return null;
    },
  };
}
