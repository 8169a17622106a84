import { diffDocuments } from '@patchbay/catalog';
import { type DiffRequest, type DiffResult, type IntegrationDocument, platformScope } from '@patchbay/contracts';
import { refusedDocument, unknownIntegration } from '../domain/refusals.ts';
import type { Documents } from './ports.ts';
import { readDocument } from './read-document.ts';

/**
 * What one version of an integration changes of another, or a document of a version, breaking changes first.
 * @throws PatchbayError `tool_not_found`, `invalid_request`.
 */
export function diffIntegration({ documents }: { readonly documents: Documents }) {
  return async ({ scope, integration, from, to, text }: DiffRequest): Promise<DiffResult> => {
    const known = documents.integration(scope, integration) ?? documents.integration(platformScope, integration);
    const stored = (version: string | undefined): IntegrationDocument => {
      const found = version === undefined ? null : known?.find(version);
      if (!found) throw unknownIntegration(scope, integration, version);
      return found.stored.document;
    };
    const before = stored(from ?? (documents.served(scope, integration) ?? known?.latest)?.stored.document.version);
    const after = text === undefined ? stored(to ?? known?.versions.at(-1)?.stored.document.version) : written(text);
    return { integration, from: before.version, to: after.version, changes: diffDocuments(before, after) };

    function written(given: string): IntegrationDocument {
      const { document } = readDocument({ text: given }, () => {});
      if (document.id !== integration)
        throw refusedDocument([{ path: 'id', message: `expected ${integration}, not ${document.id}` }]);
      return document;
    }
  };
}
