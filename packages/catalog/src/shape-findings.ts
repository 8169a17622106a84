import { type Finding, finding } from './finding.ts';

type Refusal = {
  issues: readonly { path: readonly PropertyKey[]; message: string; code?: string | undefined; keys?: unknown }[];
};

/** A schema's refusals as findings; an unknown field is reported at the field itself, not at the object around it. */
export function shapeFindings(error: Refusal): Finding[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys' || !Array.isArray(issue.keys)) return [finding(issue.path, issue.message)];
    return issue.keys.map((key: string) => finding([...issue.path, key], 'there is no such field'));
  });
}
