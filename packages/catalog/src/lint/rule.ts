import type { IntegrationDocument } from '@patchbay/contracts';

/** An error keeps a document out of the catalogue; a warning is advice. Neither keeps a tenant from registering its own. */
export interface LintFinding {
  readonly severity: 'error' | 'warning';
  /** Where, as in an issue: `tools.post_message.description`. */
  readonly path: string;
  /** The rule's name, kebab-case. */
  readonly rule: string;
  readonly message: string;
}

export type LintRule = (document: IntegrationDocument) => LintFinding[];

export function error(rule: string, path: string, message: string): LintFinding {
  return { severity: 'error', path, rule, message };
}

export function warning(rule: string, path: string, message: string): LintFinding {
  return { severity: 'warning', path, rule, message };
}
