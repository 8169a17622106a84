import type { MailMessage, Parameter } from '@patchbay/contracts';
import { parseDataPath } from '../paths/data-path.ts';
import { isClockForm } from '../request/clock.ts';
import { parseTemplate } from '../request/template.ts';
import type { ValueSource } from '../request/value-source.ts';
import type { VariableRule } from '../request/variables.ts';
import { undeclaredVariable } from '../request/variables.ts';
import type { Report } from './report.ts';

const hidingKeywords = ['x-const', 'x-template', 'x-from', 'x-mail'] as const;

/** Whether the model never sees the parameter. */
export function isHidden(parameter: Parameter): boolean {
  return hidingKeywords.some((keyword) => parameter[keyword] !== undefined);
}

/** What names mean inside one request of a tool. */
export interface NameScope {
  /** What a parameter's value comes from. `required`: a value is needed whatever the parameter says. `at` is its path. */
  sourceOf(name: string, parameter: Parameter, required: boolean, at: string): ValueSource;
  /** What a name in a template or a path stands for: a parameter, else a connection variable. */
  lookup(name: string, required?: boolean): ValueSource | null;
  /** Whether anything so far needs a value that only a connection has. */
  needsConnection(): boolean;
}

export interface ScopeInput {
  /** The tool's parameters, which name its arguments. */
  readonly toolParameters: Readonly<Record<string, Parameter>>;
  /** Where they stand in the document. */
  readonly parametersAt: string;
  readonly variables: ReadonlyMap<string, VariableRule>;
  /** Steps that will have been answered. */
  readonly earlierSteps: readonly string[];
  readonly report: Report;
}

export function createNameScope(input: ScopeInput): NameScope {
  const { toolParameters, variables, earlierSteps, report } = input;
  const nothing: ValueSource = { kind: 'const', value: undefined };
  const underway = new Set<string>();
  let needsConnection = false;

  const connection = (rule: VariableRule | undefined, required: boolean): ValueSource | null => {
    if (rule === undefined) return null;
    if (rule.fallback === undefined) needsConnection = true;
    return { kind: 'connection', rule, required };
  };

  const lookup = (name: string, required = false): ValueSource | null => {
    if (!Object.hasOwn(toolParameters, name)) return connection(variables.get(name), required);
    return sourceOf(name, toolParameters[name] as Parameter, required, `${input.parametersAt}.${name}`);
  };

  const fromText = (text: string, required: boolean, at: string): ValueSource | null => {
    if (isClockForm(text)) return { kind: 'clock', form: text };
    if (text.startsWith('argument.')) {
      const name = text.slice(9);
      const argument = Object.hasOwn(toolParameters, name) ? toolParameters[name] : undefined;
      if (argument === undefined || isHidden(argument))
        report(at, `names '${name}', which is not an argument of the tool`);
      else return plainSource(name, argument, false, `${input.parametersAt}.${name}`);
      return null;
    }
    if (text === 'caller.agent' || text === 'caller.session' || text === 'caller.end_user')
      return { kind: 'caller', field: text.slice(7) as 'agent', required };
    if (/^connection\.[^.]+$/.test(text)) {
      const name = text.slice(11);
      return connection(variables.get(name) ?? undeclaredVariable(name), required);
    }
    const path = parseDataPath(text);
    if (typeof path === 'string' || path[0] !== 'steps' || path.length < 3 || typeof path[1] !== 'string') {
      report(
        at,
        'must be argument.<name>, connection.<variable>, clock.<form>, caller.<part> or, in a step, steps.<id>.<path>',
      );
    } else if (!earlierSteps.includes(path[1])) report(at, `names '${path[1]}', which is not a step before this one`);
    else
      return { kind: 'step', step: path[1], path: path.slice(2), text: text.slice(text.indexOf('.', 6) + 1), required };
    return null;
  };

  const mailSource = ({ encode, ...parts }: MailMessage, at: string): ValueSource => {
    const sources: Record<string, { argument: string; source: ValueSource }> = {};
    for (const [part, argument] of Object.entries(parts)) {
      const parameter = Object.hasOwn(toolParameters, argument) ? toolParameters[argument] : undefined;
      if (parameter === undefined || parameter['x-mail'] !== undefined)
        report(`${at}.${part}`, `names '${argument}', which is not a parameter of the tool`);
      else
        sources[part] = { argument, source: sourceOf(argument, parameter, false, `${input.parametersAt}.${argument}`) };
    }
    return { kind: 'mail', plan: { parts: sources, encode } };
  };

  const plainSource = (name: string, parameter: Parameter, required: boolean, at: string): ValueSource => {
    if (parameter['x-const'] !== undefined) return { kind: 'const', value: parameter['x-const'] };
    if (parameter['x-from'] !== undefined)
      return fromText(parameter['x-from'], required || parameter.required === true, `${at}.x-from`) ?? nothing;
    if (parameter['x-mail'] !== undefined) return mailSource(parameter['x-mail'], `${at}.x-mail`);
    const text = parameter['x-template'];
    if (text === undefined) {
      const nullable = [parameter.type].flat().includes('null');
      return { kind: 'argument', name, fallback: parameter.default, nullable };
    }
    if (underway.has(name)) {
      report(`${at}.x-template`, 'refers to itself');
      return nothing;
    }
    underway.add(name);
    const template = parseTemplate(text, lookup, (message) => report(`${at}.x-template`, message));
    underway.delete(name);
    return { kind: 'template', template };
  };

  const sourceOf = (name: string, parameter: Parameter, required: boolean, at: string): ValueSource => {
    const origins = hidingKeywords.filter((key) => parameter[key] !== undefined);
    if (origins.length > 1) report(at, `gives both ${origins.join(' and ')}`);
    const source = plainSource(name, parameter, required, at);
    const when = parameter['x-when'];
    if (when === undefined) return source;
    const argument = Object.hasOwn(toolParameters, when) ? toolParameters[when] : undefined;
    if (origins.length === 0) report(`${at}.x-when`, 'works only beside x-const, x-template or x-from');
    else if (argument === undefined || isHidden(argument))
      report(`${at}.x-when`, `names '${when}', which is not an argument of the tool`);
    else return { kind: 'when', condition: plainSource(when, argument, false, at), source };
    return source;
  };

  return { sourceOf, lookup, needsConnection: () => needsConnection };
}
