import { isDeepStrictEqual } from 'node:util';
import type { Issue } from '@patchbay/contracts';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Field } from '../wire/fields.ts';

/** A document whose parameters are no JSON Schema. */
export class BrokenDocument extends Error {}

/** What is wrong with decoded arguments; empty when nothing is. */
export type ArgumentCheck = (values: Readonly<Record<string, unknown>>) => Issue[];

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true, addUsedSchema: false });
formats.default(ajv);
// Formats that describe how content travels, not what its text looks like.
for (const name of ['binary', 'byte', 'password']) ajv.addFormat(name, true);

/** What each form of the clock looks like on the wire. */
const clockForms: Readonly<Record<string, readonly [shape: RegExp, what: string]>> = {
  'clock.now': [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/, 'the time as RFC 3339 in UTC'],
  'clock.date': [/^\d{4}-\d\d-\d\d$/, 'a date such as 2026-01-31'],
  'clock.unix': [/^\d{10}$/, 'the time in Unix seconds'],
  'clock.unix_ms': [/^\d{13}$/, 'the time in Unix milliseconds'],
};

/** Checks presence, types, fixed values and how templates begin. Compiled at the first request: a catalogue is large. */
export function argumentCheckOf(fields: readonly Field[]): ArgumentCheck {
  let validate: ValidateFunction | undefined;
  const fixed = fields.filter((field) => field.constant !== undefined);
  const templated = fields.filter((field) => field.prefix !== undefined);
  // A condition on an argument that is not on the wire itself cannot be seen here.
  const conditional = fields.filter(({ when }) => fields.some((field) => field.argument === when));
  const clocks = fields.flatMap((field) => {
    const form = clockForms[field.from ?? ''];
    return form === undefined ? [] : [{ argument: field.argument, form }];
  });
  return (values) => {
    validate ??= compile(fields);
    const issues: Issue[] = validate(values) ? [] : (validate.errors ?? []).map(issueOf);
    for (const { argument, constant } of fixed) {
      if (argument in values && !isDeepStrictEqual(values[argument], constant?.value))
        issues.push({ path: argument, message: 'is not its fixed value' });
    }
    for (const { argument, prefix = '', schema } of templated) {
      const value = values[argument];
      if (value === undefined) continue;
      if (typeof value !== 'string' && schema.type === undefined)
        issues.push({ path: argument, message: 'must be the text of its template' });
      else if (typeof value === 'string' && !value.startsWith(prefix))
        issues.push({ path: argument, message: 'does not begin as its template does' });
    }
    for (const { argument, when = '' } of conditional) {
      if (argument in values === when in values) continue;
      issues.push({
        path: argument,
        message: when in values ? `is missing: it goes with '${when}'` : `goes with '${when}' alone`,
      });
    }
    for (const { argument, form } of clocks) {
      const [shape, what] = form;
      if (argument in values && !shape.test(String(values[argument])))
        issues.push({ path: argument, message: `must be ${what}` });
    }
    return issues;
  };
}

function compile(fields: readonly Field[]): ValidateFunction {
  try {
    return ajv.compile({
      type: 'object',
      properties: Object.fromEntries(
        fields.map((field) => [field.argument, field.constant === undefined ? field.schema : {}]),
      ),
      required: fields.filter((field) => field.required).map((field) => field.argument),
    });
  } catch (error) {
    throw new BrokenDocument(`the parameters are not a JSON Schema: ${String(error)}`, { cause: error });
  }
}

function issueOf(error: { instancePath: string; message?: string; params: Record<string, unknown> }): Issue {
  const missing = error.params.missingProperty;
  const steps = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const path = [...steps, ...(typeof missing === 'string' ? [missing] : [])].join('.');
  return { path, message: typeof missing === 'string' ? 'is missing' : (error.message ?? 'is not valid') };
}
