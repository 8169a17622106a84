import type { PolicyDocument } from '@patchbay/contracts';

/** Name of the document that is there before anybody writes one, and that another of the name stands in for. */
export const defaultName = 'default';

const text = `// A tenant's agents may call the tenant's tools.
@id("own-tools")
permit (principal, action == Action::"call", resource);

// What cannot be taken back is asked about first.
@id("confirm-destructive")
@effect("require_confirmation")
@because("The tool is destructive.")
forbid (principal, action == Action::"call", resource)
when { resource.risk == "destructive" };
`;

/** What holds for a tenant that has no document of the name, and whose platform has none. */
export const builtInDefault: PolicyDocument = {
  scope: '_platform',
  name: defaultName,
  version: 0,
  text,
  tests: [],
  updated_at: '2026-11-30T00:00:00.000Z',
  updated_by: 'built_in',
};
