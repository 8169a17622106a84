import { type ListExports, type ListExportsResult, PatchbayError } from '@patchbay/contracts';
import type { ExportJobs } from './ports.ts';

const most = 100;

/** Tells a tenant's jobs, newest first, or one. @throws PatchbayError `not_found`, `audit_unavailable`. */
export function createListExports({
  list,
}: Pick<ExportJobs, 'list'>): (request: ListExports) => Promise<ListExportsResult> {
  return async ({ tenant, id }) => {
    const exports = await list(tenant, id, most);
    if (id !== undefined && exports.length === 0)
      throw new PatchbayError('not_found', { message: `There is no export ${id} of this tenant.` });
    return { exports: [...exports] };
  };
}
