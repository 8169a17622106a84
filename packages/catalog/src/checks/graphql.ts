import { readGraphQl } from '@patchbay/contracts';
import { type Finding, finding } from '../finding.ts';
import type { ToolCall, ToolEntry } from '../tool-calls.ts';
import type { Placed } from './calls.ts';

/** Whether a GraphQL body is complete, and its parameters are the variables that the document declares. */
export function checkGraphQl(entry: ToolEntry, call: ToolCall, placed: readonly Placed[]): Finding[] {
  const { graphql, body, method } = call.request;
  const at = [...call.path, 'request'];
  if (body !== 'graphql')
    return graphql === undefined ? [] : [finding([...at, 'graphql'], 'works only with body: graphql')];
  if (graphql === undefined) return [finding([...at, 'graphql'], 'required where the body is graphql')];
  if (method !== 'POST') return [finding([...at, 'method'], 'expected POST where the body is graphql')];
  const operation = readGraphQl(graphql.document, graphql.operation_name);
  // The document's own schema refuses what cannot be read.
  if (typeof operation === 'string') return [];
  const findings: Finding[] = [];
  if (operation.kind === 'mutation' && entry.tool.risk === 'read')
    findings.push(finding([...at, 'graphql', 'document'], 'a mutation is no read: say risk: write'));
  const given = new Set<string>();
  for (const { name, location, wireName, parameter } of placed) {
    if (location !== 'body') continue;
    const variable = parameter['x-name'] === undefined ? name : (wireName.split(/[.[]/)[0] ?? '');
    given.add(variable);
    if (!operation.variables.has(variable))
      findings.push(finding([...call.path, 'parameters', name], `the document declares no variable $${variable}`));
  }
  if (placed.some(({ location }) => location === 'body_root')) return findings;
  for (const [name, { required }] of operation.variables) {
    if (required && !given.has(name))
      findings.push(finding([...at, 'graphql', 'document'], `no parameter fills the variable $${name}`));
  }
  return findings;
}
