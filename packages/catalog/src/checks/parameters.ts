import type { IntegrationDocument, Parameter } from '@patchbay/contracts';
import { type Finding, finding, wrongWord } from '../finding.ts';
import { parseTemplate, templateFilters } from '../templates.ts';
import { callsOf, hidingKeywords, isHidden, type ToolEntry } from '../tool-calls.ts';
import { checkSchema, errorsText, validatorOf } from './json-schema.ts';

/** Parameters of a tool and of its steps: their schemas, fixed values and templates, and that none is lost. */
export function checkParameters(document: IntegrationDocument, entry: ToolEntry): Finding[] {
  const findings: Finding[] = [];
  const forbidden = ['__proto__', 'constructor', 'prototype'];
  for (const [name, parameter] of Object.entries(entry.tool.parameters)) {
    const path = [...entry.path, 'parameters', name];
    const schemaFindings = checkSchema(parameter, path);
    findings.push(...schemaFindings, ...checkHiding(parameter, path, false), ...checkCondition(entry, parameter, path));
    findings.push(...checkTemplate(document, entry, parameter, path), ...checkMail(entry, parameter, path));
    findings.push(...checkSource(document, entry, parameter, [], path));
    if (schemaFindings.length === 0) findings.push(...checkDefault(parameter, path));
    if (forbidden.includes(name)) findings.push(finding(path, 'this name is not allowed'));
  }
  const earlier: string[] = [];
  for (const call of callsOf(entry)) {
    if (call.step === undefined) continue;
    for (const [name, parameter] of Object.entries(call.parameters)) {
      const path = [...call.path, 'parameters', name];
      findings.push(
        ...checkSchema(parameter, path),
        ...checkHiding(parameter, path, true),
        ...checkCondition(entry, parameter, path),
      );
      findings.push(
        ...checkTemplate(document, entry, parameter, path),
        ...checkSource(document, entry, parameter, earlier, path),
      );
      if (!isHidden(parameter) && !Object.hasOwn(entry.tool.parameters, name)) {
        findings.push(
          wrongWord(
            path,
            `the tool has no parameter '${name}', and this one has no x-const, x-template or x-from`,
            name,
            Object.keys(entry.tool.parameters),
          ),
        );
      }
    }
    earlier.push(call.step.id);
  }
  return [...findings, ...checkAllUsed(entry)];
}

function checkHiding(parameter: Parameter, path: readonly PropertyKey[], inStep: boolean): Finding[] {
  const used = hidingKeywords.filter((keyword) => parameter[keyword] !== undefined);
  if (used.length > 1) return [finding([...path, used[1] as string], `cannot stand beside ${used[0]}`)];
  if (used.length === 1 && !inStep && parameter.required === true) {
    return [
      finding([...path, 'required'], `the model never sees a parameter with ${used[0]}, so it cannot be required`),
    ];
  }
  return [];
}

function checkCondition(entry: ToolEntry, parameter: Parameter, path: readonly PropertyKey[]): Finding[] {
  const name = parameter['x-when'];
  if (name === undefined) return [];
  const at = [...path, 'x-when'];
  if (!isHidden(parameter)) return [finding(at, 'works only beside x-const, x-template or x-from')];
  const argument = Object.hasOwn(entry.tool.parameters, name) ? entry.tool.parameters[name] : undefined;
  if (argument !== undefined && !isHidden(argument)) return [];
  return [wrongWord(at, `'${name}' is not an argument of the tool`, name, Object.keys(entry.tool.parameters))];
}

function checkTemplate(
  document: IntegrationDocument,
  entry: ToolEntry,
  parameter: Parameter,
  parameterPath: readonly PropertyKey[],
): Finding[] {
  const template = parameter['x-template'];
  if (template === undefined) return [];
  const path = [...parameterPath, 'x-template'];
  const { placeholders, problem } = parseTemplate(template);
  if (problem !== undefined) return [finding(path, problem)];
  return placeholders.flatMap(({ name, filter, quoted }) => {
    const argument = entry.tool.parameters[name];
    const known = argument === undefined ? Object.hasOwn(document.variables ?? {}, name) : !isHidden(argument);
    if (!known) {
      const names = [...Object.keys(entry.tool.parameters), ...Object.keys(document.variables ?? {})];
      return [wrongWord(path, `{${name}} is neither an argument nor one of the variables`, name, names)];
    }
    if (filter !== undefined && !templateFilters.has(filter)) {
      return [
        wrongWord(
          path,
          `there is no filter '${filter}'; use ${[...templateFilters].join(', ')}`,
          filter,
          templateFilters,
        ),
      ];
    }
    if (quoted && !quotingFilters.has(filter ?? '')) {
      return [
        finding(
          path,
          `{${name}} stands between quotes, so it needs one of the filters ${[...quotingFilters].join(', ')}`,
        ),
      ];
    }
    return [];
  });
}

/** Filters after which a value cannot end the quoted text it stands in. */
const quotingFilters: ReadonlySet<string> = new Set([
  'soql',
  'soql_like',
  'jql',
  'odata',
  'url',
  'base64',
  'base64url',
  'byte_length',
  'utc',
]);

/** Sources of `x-from` that need no declaration. */
const plainSources: ReadonlySet<string> = new Set([
  'clock.now',
  'clock.date',
  'clock.unix',
  'clock.unix_ms',
  'caller.agent',
  'caller.session',
  'caller.end_user',
]);

function checkSource(
  document: IntegrationDocument,
  entry: ToolEntry,
  parameter: Parameter,
  earlierSteps: readonly string[],
  parameterPath: readonly PropertyKey[],
): Finding[] {
  const source = parameter['x-from'];
  if (source === undefined || plainSources.has(source)) return [];
  const path = [...parameterPath, 'x-from'];
  if (source.startsWith('argument.')) {
    const argument = source.slice('argument.'.length);
    const declared = Object.hasOwn(entry.tool.parameters, argument) ? entry.tool.parameters[argument] : undefined;
    if (declared !== undefined && !isHidden(declared)) return [];
    return [
      wrongWord(path, `'${argument}' is not an argument of the tool`, argument, Object.keys(entry.tool.parameters)),
    ];
  }
  const [, kind, name] = /^(connection|steps)\.([a-z][a-z0-9_]*)(?:\.\S+)?$/.exec(source) ?? [];
  if (kind === 'connection' && source === `connection.${name}`) {
    return Object.hasOwn(document.variables ?? {}, name as string)
      ? []
      : [
          wrongWord(
            path,
            `'${name}' is not declared in variables`,
            name as string,
            Object.keys(document.variables ?? {}),
          ),
        ];
  }
  if (kind === 'steps' && source !== `steps.${name}`) {
    return earlierSteps.includes(name as string)
      ? []
      : [wrongWord(path, `no earlier step is called '${name}'`, name as string, earlierSteps)];
  }
  return [
    wrongWord(
      path,
      `expected connection.<variable>, argument.<name>, ${[...plainSources].join(', ')} or, in a step, steps.<id>.<path>`,
      source,
      plainSources,
    ),
  ];
}

function checkDefault(parameter: Parameter, path: readonly PropertyKey[]): Finding[] {
  if (parameter.default === undefined) return [];
  const { required: _required, ...schema } = parameter;
  const validate = validatorOf(schema);
  return validate(parameter.default) ? [] : [finding([...path, 'default'], errorsText(validate, 'the default'))];
}

/** Arguments that a mail message is made of. */
function mailArguments({ 'x-mail': mail }: Parameter): string[] {
  const { encode: _encode, ...parts } = mail ?? {};
  return Object.values(parts).filter((argument) => typeof argument === 'string');
}

function checkMail(entry: ToolEntry, parameter: Parameter, path: readonly PropertyKey[]): Finding[] {
  return mailArguments(parameter)
    .filter((name) => !Object.hasOwn(entry.tool.parameters, name))
    .map((name) =>
      wrongWord(
        [...path, 'x-mail'],
        `'${name}' is not a parameter of the tool`,
        name,
        Object.keys(entry.tool.parameters),
      ),
    );
}

/** An argument that nothing sends would be asked of the person and then dropped. */
function checkAllUsed(entry: ToolEntry): Finding[] {
  const used = new Set<string>();
  for (const call of callsOf(entry)) {
    for (const [name, parameter] of Object.entries(call.parameters)) {
      if (!isHidden(parameter) && (call.step !== undefined || parameter['x-in'] !== 'none')) used.add(name);
      for (const placeholder of parseTemplate(parameter['x-template'] ?? '').placeholders) used.add(placeholder.name);
      for (const argument of mailArguments(parameter)) used.add(argument);
      used.add(parameter['x-from']?.startsWith('argument.') ? parameter['x-from'].slice('argument.'.length) : '');
    }
  }
  // Templates may also stand on the tool's own parameters when it has steps; those are checked but never sent.
  return Object.keys(entry.tool.parameters)
    .filter(
      (name) =>
        !used.has(name) && !(entry.tool.request !== undefined && isHidden(entry.tool.parameters[name] as Parameter)),
    )
    .map((name) => finding([...entry.path, 'parameters', name], 'nothing in the request uses this parameter'));
}
