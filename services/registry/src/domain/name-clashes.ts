import type { Issue } from '@patchbay/contracts';

/** A callable name that a document offers, and who else offers it. */
export interface NameClaim {
  readonly name: string;
  /** Where the name comes from in the document as it was written: `tools.post_message`, or `id`. */
  readonly path: string;
  /** Integrations of the same scope that offer it, the one that would answer first; the document's own among them. */
  readonly order: readonly string[];
  /** The platform's integration that answers the name where the scope has none; null at platform scope. */
  readonly platform: string | null;
}

export interface ClashReport {
  readonly issues: Issue[];
  readonly warnings: Issue[];
}

/**
 * Decides about names that more than one integration offers. Two documents of an operator's own with one name are a
 * mistake and refused. The shipped catalogue may be overridden name by name, so a clash in which either side belongs to it
 * is allowed, with a warning that says who answers.
 */
export function judgeNames(
  integration: string,
  claims: readonly NameClaim[],
  isCatalogue: (id: string) => boolean,
): ClashReport {
  const issues: Issue[] = [];
  const warnings: Issue[] = [];
  for (const { name, path, order, platform } of claims) {
    const others = order.filter((id) => id !== integration);
    const strangers = isCatalogue(integration) ? [] : others.filter((id) => !isCatalogue(id));
    if (strangers.length > 0) {
      issues.push({
        path,
        message: `the tool name ${name} belongs to integration '${strangers[0]}' of this scope; choose another, or retire that one`,
      });
    } else if (others.length > 0) {
      const winner = order[0] as string;
      const message =
        winner === integration
          ? `${name} now means this document's tool instead of integration '${others[0]}'; retire this one to undo that`
          : `${name} still means the tool of integration '${winner}', which came later; retire that one for this to answer`;
      warnings.push({ path, message });
    } else if (platform !== null) {
      warnings.push({
        path,
        message: `for this tenant ${name} now means this document's tool instead of the platform's integration '${platform}'`,
      });
    }
  }
  return { issues, warnings };
}
