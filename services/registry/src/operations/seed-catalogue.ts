import { digestOf } from '@patchbay/catalog';
import { PatchbayError, platformScope, type RegisterRequest, type RegisterResult } from '@patchbay/contracts';
import type { Caller, CatalogueDocuments, Documents, Report } from './ports.ts';

export interface SeedPorts {
  readonly documents: Documents;
  readonly register: (request: RegisterRequest, caller: Caller) => Promise<RegisterResult>;
  readonly report: Report;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
}

/** Milliseconds before a document is tried again that a busy store or audit stream did not take. */
const pausesMs = [250, 500, 1_000, 2_000, 4_000];

/**
 * Registers the shipped documents whose version is missing at platform scope, and returns how many. What is stored is never
 * touched: a version that an operator registered or retired stays as it is, and an integration that was retired as a whole
 * does not come back with a newer release. Running it in several processes at once does no harm.
 * What a busy machine does not take at once is tried again for some seconds; registering twice changes nothing.
 * @throws PatchbayError `audit_unavailable`, `overloaded`, `outcome_unknown` after that: the process is started again.
 */
export function seedCatalogue({ documents, register, report, pause }: SeedPorts) {
  async function registerPatiently(request: RegisterRequest, caller: Caller): Promise<RegisterResult> {
    for (const pauseMs of pausesMs) {
      try {
        return await register(request, caller);
      } catch (error) {
        if (!(error instanceof PatchbayError && error.body.retryable)) throw error;
        await pause(pauseMs);
      }
    }
    return register(request, caller);
  }

  return async (catalogue: CatalogueDocuments, caller: Caller): Promise<number> => {
    let created = 0;
    for (const document of catalogue) {
      const known = documents.integration(platformScope, document.id);
      const present = known?.find(document.version)?.stored;
      if (present !== undefined && present.digest !== digestOf(document)) {
        report('warn', 'a stored integration differs from the shipped one of the same version; the stored one stays', {
          integration: document.id,
          version: document.version,
        });
      }
      if (present !== undefined || (known !== null && known.latest === null)) continue;
      try {
        const result = await registerPatiently({ scope: platformScope, document, dry_run: false }, caller);
        if (result.created) created++;
      } catch (error) {
        // What an operator registered stands in the way of one document; that must not keep the others away.
        if (!(error instanceof PatchbayError && error.code === 'invalid_request')) throw error;
        report('error', 'a shipped integration was not registered', {
          integration: document.id,
          version: document.version,
          reason: error.message,
        });
      }
    }
    return created;
  };
}
