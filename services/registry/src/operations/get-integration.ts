import type { GetIntegrationRequest, GetIntegrationResult } from '@patchbay/contracts';
import type { z } from 'zod';
import { unknownIntegration } from '../domain/refusals.ts';
import type { Documents } from './ports.ts';
import { servedIn } from './served-in.ts';

/**
 * A stored document with the versions there are, newest first. Without `version`: the latest in use, or the newest retired
 * one when the whole integration is retired, so that an operator can see what it was.
 * @throws PatchbayError `tool_not_found`.
 */
export function getIntegration({ documents }: { readonly documents: Documents }) {
  return async ({
    scope,
    integration,
    version,
  }: z.output<typeof GetIntegrationRequest>): Promise<GetIntegrationResult> => {
    const known = documents.integration(scope, integration);
    const found = version === undefined ? (known?.latest ?? known?.versions.at(-1)) : known?.find(version);
    if (!known || !found) throw unknownIntegration(scope, integration, version);
    return {
      document: found.stored.document,
      versions: known.versions.toReversed().map(({ stored }) => ({
        version: stored.document.version,
        retired: stored.retired,
        registered_at: stored.registered_at,
        ...(stored.deprecated !== undefined && { deprecated: stored.deprecated }),
        ...(stored.origin !== undefined && { origin: stored.origin }),
      })),
      served: servedIn(documents, scope, integration),
      pin: documents.choice(scope, integration)?.pin ?? null,
    };
  };
}
