import type { RegistryCopy } from '@patchbay/registry-copy';
import { LRUCache } from 'lru-cache';
import type { ToolSearch } from '../operations/search-tools.ts';
import { ToolIndex } from './tool-index.ts';

/** Tenants with documents of their own whose index is kept; one takes a few megabytes for a thousand tools. */
const maxTenantIndexes = 32;

export interface TenantSearch extends ToolSearch {
  /** Builds the index that most tenants share, so that the first question does not wait for it. */
  prepare(): void;
}

/**
 * Search over what each tenant can see. Tenants without documents of their own share one index; the others have their own,
 * so that neither results nor ranking tell one tenant anything of another's tools.
 */
export function createTenantSearch(documents: Pick<RegistryCopy, 'visibleTools' | 'hasOwnView'>): TenantSearch {
  const sharedIndex = new ToolIndex();
  const tenantIndexes = new LRUCache<string, ToolIndex>({ max: maxTenantIndexes });

  function indexOf(tenant: string): ToolIndex {
    let index = documents.hasOwnView(tenant) ? tenantIndexes.get(tenant) : sharedIndex;
    if (index === undefined) {
      index = new ToolIndex();
      tenantIndexes.set(tenant, index);
    }
    index.follow(documents.visibleTools(tenant));
    return index;
  }

  return {
    search: (tenant, query, { limit, accept }) => indexOf(tenant).search(query, limit, accept),
    prepare() {
      sharedIndex.follow(documents.visibleTools(''));
    },
  };
}
