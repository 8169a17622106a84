import { knownFields } from '@patchbay/contracts';
import { type Finding, finding, wrongWord } from './finding.ts';

type Schema = Parameters<typeof knownFields>[0];

/** What a schema says of an input that does not follow it. */
interface Refusal {
  readonly issues: readonly {
    readonly path: readonly PropertyKey[];
    readonly message: string;
    readonly code?: string | undefined;
    /** Of `unrecognized_keys`. */
    readonly keys?: readonly string[];
    /** Of `invalid_value`: the values there are. */
    readonly values?: readonly unknown[];
  }[];
}

/** Said of a field that the schema does not know; the fault is then the key, not its value. */
export const noSuchField = 'there is no such field';

/**
 * A schema's refusals of an input as findings, with what was probably meant. An unknown field is reported at the field
 * itself, not at the object around it.
 */
export function shapeFindings(error: Refusal, schema: Schema, input: unknown): Finding[] {
  return error.issues.flatMap((issue): Finding[] => {
    if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
      const known = knownFields(schema, issue.path);
      return issue.keys.map((key) => wrongWord([...issue.path, key], noSuchField, key, known));
    }
    const value = issue.values === undefined ? undefined : valueAt(input, issue.path);
    if (issue.values === undefined || typeof value !== 'string') return [finding(issue.path, issue.message)];
    return [wrongWord(issue.path, issue.message, value, issue.values.map(String))];
  });
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      value !== null && typeof value === 'object' && Object.hasOwn(value, part)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    input,
  );
}
