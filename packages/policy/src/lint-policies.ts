import { validate } from '@cedar-policy/cedar-wasm/nodejs';
import type { Issue } from '@patchbay/contracts';
import { issueOf, type Policy, readPolicies } from './read-policies.ts';
import { schemaFor } from './schema.ts';

export interface Linted {
  readonly policies: readonly Policy[];
  /** What makes the document unusable. */
  readonly issues: readonly Issue[];
  readonly warnings: readonly Issue[];
}

/**
 * Everything that is wrong with a document's text, with line and column: its grammar, its annotations, and each policy
 * against the schema in strict mode, by which an argument that may be missing needs a `has` before it is looked at.
 */
export function lintPolicies(text: string): Linted {
  const { policies, issues } = readPolicies(text);
  if (issues.length > 0) return { policies, issues, warnings: [] };
  const found = policies.map((policy) => validated(text, policy));
  const warnings = found.flatMap(({ warnings: own }) => own);
  if (policies.length === 0) warnings.push({ path: 'text', message: 'there is no policy in it' });
  return { policies, issues: found.flatMap(({ issues: own }) => own), warnings };
}

function validated(text: string, { id, text: part, start, mentions }: Policy): { issues: Issue[]; warnings: Issue[] } {
  const answer = validate({ schema: schemaFor(mentions), policies: { staticPolicies: { [id]: part } } });
  if (answer.type === 'failure')
    return { issues: answer.errors.map((error) => issueOf(text, start, error, id)), warnings: [] };
  const told = (errors: typeof answer.validationErrors) =>
    errors.map(({ error }) => {
      const issue = issueOf(text, start, error, id);
      // Cedar's own numbering would name a policy that the reader does not know.
      return { ...issue, message: issue.message.replace(/^for policy `[^`]*`, /, '') };
    });
  return { issues: told(answer.validationErrors), warnings: told(answer.validationWarnings) };
}
