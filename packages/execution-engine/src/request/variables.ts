import type { IntegrationDocument } from '@patchbay/contracts';
import { PatchbayError } from '@patchbay/contracts';
import { compilePattern } from '../arguments/linear-pattern.ts';
import type { Report } from '../prepare/report.ts';

/** Longest value of a variable, in characters. */
const maxLength = 1_024;

/** How one connection variable is read and checked. */
export interface VariableRule {
  readonly name: string;
  readonly fallback: string | undefined;
  /** Whether the whole value matches the declared pattern. */
  matches(value: string): boolean;
}

/** A connection variable as a source of values. */
export interface VariableSource {
  readonly kind: 'connection';
  readonly rule: VariableRule;
  /** Whether a connection without it is refused. */
  readonly required: boolean;
}

/** The document's declared variables. */
export function compileVariables(document: IntegrationDocument, report: Report): ReadonlyMap<string, VariableRule> {
  const rules = new Map<string, VariableRule>();
  for (const [name, variable] of Object.entries(document.variables ?? {})) {
    const pattern = compilePattern(`^(?:${variable.pattern})$`);
    if (typeof pattern === 'string') {
      report(`variables.${name}.pattern`, pattern);
      continue;
    }
    const rule = { name, fallback: variable.default, matches: (value: string) => pattern.test(value) };
    if (rule.fallback !== undefined && !rule.matches(rule.fallback)) {
      report(`variables.${name}.default`, 'does not match its own pattern');
    }
    rules.set(name, rule);
  }
  return rules;
}

/** A rule for a variable that the document does not declare: any printable text. Not for URLs. */
export function undeclaredVariable(name: string): VariableRule {
  return { name, fallback: undefined, matches: (value) => !/[\p{Cc}]/u.test(value) };
}

/** The variable's value, `undefined` when there is none. Throws `egress_denied` when it breaks its pattern. */
export function readVariable(rule: VariableRule, variables: Record<string, string>): string | undefined {
  const value = (Object.hasOwn(variables, rule.name) ? variables[rule.name] : undefined) || rule.fallback;
  if (value !== undefined && (value.length > maxLength || !rule.matches(value))) throw malformedVariable(rule.name);
  return value;
}

/** The refusal of a connection that lacks a variable. */
export function missingVariable(name: string): PatchbayError {
  return new PatchbayError('connection_missing', {
    message: `The connection has no value for the variable '${name}'.`,
    details: { issues: [{ path: `variables.${name}`, message: 'is required' }] },
  });
}

/** What a name stands for where only declared variables may stand: URLs, hosts, fixed headers and query parameters. */
export function variableLookup(variables: ReadonlyMap<string, VariableRule>): (name: string) => VariableSource | null {
  return (name) => {
    const rule = variables.get(name);
    return rule === undefined ? null : { kind: 'connection', rule, required: true };
  };
}

/** The refusal of a variable that would lead a request elsewhere. Its value stays out of the text. */
export function malformedVariable(name: string): PatchbayError {
  return new PatchbayError('egress_denied', {
    message: `The connection's value for the variable '${name}' does not match its pattern.`,
    details: { reason: 'variable', issues: [{ path: `variables.${name}`, message: 'does not match its pattern' }] },
  });
}
