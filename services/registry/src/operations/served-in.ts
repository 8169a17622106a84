import { platformScope } from '@patchbay/contracts';
import type { Documents } from './ports.ts';

/**
 * The version that calls in a scope mean when they name none. Null: none of an integration that the scope can name is in
 * use. A tenant that has no document of its own of that id means the platform's.
 */
export function servedIn(documents: Documents, scope: string, integration: string): string | null {
  const served = documents.served(scope, integration)?.stored;
  const ownOnly = scope !== platformScope && documents.integration(scope, integration) !== null;
  return served === undefined || (ownOnly && served.scope !== scope) ? null : served.document.version;
}
