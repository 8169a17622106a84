import { type Issue, PatchbayError } from '@patchbay/contracts';

/** A document that may not be registered, with everything that is wrong with it. `issues` holds at least one. */
export function refusedDocument(issues: readonly Issue[]): PatchbayError {
  const first = issues[0] as Issue;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return new PatchbayError('invalid_request', {
    message: `The document cannot be registered: ${first.path === '' ? '' : `${first.path}: `}${first.message}${more}`,
    details: { issues },
  });
}

/** The version exists with other content. Versions never change, because callers pin them. */
export function versionTaken(
  integration: string,
  version: string,
  locate: (issue: Issue) => Issue = (issue) => issue,
): PatchbayError {
  return refusedDocument([
    locate({
      path: 'version',
      message: `${integration} ${version} is registered with other content, and a registered version never changes; raise the version`,
    }),
  ]);
}

export function unknownIntegration(scope: string, integration: string, version?: string): PatchbayError {
  const what =
    version === undefined ? `integration '${integration}'` : `version ${version} of integration '${integration}'`;
  return new PatchbayError('tool_not_found', { message: `Scope '${scope}' has no ${what}.` });
}

export function unknownToolset(scope: string, name: string): PatchbayError {
  return new PatchbayError('tool_not_found', { message: `Scope '${scope}' has no toolset '${name}'.` });
}
