import type { Issue, Parameter } from '@patchbay/contracts';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { describeErrors } from './describe-error.ts';
import type { JsonSchema } from './input-schema.ts';
import { allowsNull } from './input-schema.ts';
import { compileSchema } from './schema-compiler.ts';

const none: readonly Issue[] = [];

/**
 * A check of arguments against a schema, compiled at its first use. An argument that is null counts as left out unless
 * its type allows null. Never throws and never changes the arguments.
 */
export function createArgumentValidator(
  schema: JsonSchema,
  parameters: Readonly<Record<string, Parameter>>,
): (args: Record<string, unknown>) => readonly Issue[] {
  const nullMeansAbsent = new Set(Object.keys(parameters).filter((name) => !allowsNull(parameters[name] as Parameter)));
  let validate: ValidateFunction | null = null;
  return (args) => {
    try {
      validate ??= compileSchema(schema);
      if (validate(withoutNulls(args, nullMeansAbsent))) return none;
    } catch {
      return [{ path: 'arguments', message: "cannot be checked: the tool's schema does not compile" }];
    }
    return describeErrors(validate.errors ?? []);
  };
}

function withoutNulls(args: Record<string, unknown>, nullMeansAbsent: ReadonlySet<string>): Record<string, unknown> {
  for (const name in args) {
    if (args[name] !== null || !nullMeansAbsent.has(name)) continue;
    return Object.fromEntries(
      Object.entries(args).filter(([key, value]) => value !== null || !nullMeansAbsent.has(key)),
    );
  }
  return args;
}
