import type { IntegrationDocument, Parameter } from '@patchbay/contracts';
import { type Finding, finding, wrongWord } from '../finding.ts';
import { parsePlain } from '../templates.ts';
import { callsOf, isHidden, type Location, locationOf, type ToolCall, type ToolEntry } from '../tool-calls.ts';
import { pathSteps } from './body-paths.ts';
import { checkGraphQl } from './graphql.ts';
import { headerProblem } from './headers.ts';
import { bodyNameProblem, bodyNamesConflict } from './wire-names.ts';

export interface Placed {
  readonly name: string;
  readonly parameter: Parameter;
  readonly location: Location;
  readonly wireName: string;
}

/** Each HTTP call of a tool: its path, where its parameters go, and whether they can all go there. */
export function checkCalls(document: IntegrationDocument, entry: ToolEntry): Finding[] {
  return callsOf(entry).flatMap((call) => {
    const { placeholders, problem } = parsePlain(call.request.path);
    if (problem !== undefined) return [finding([...call.path, 'request', 'path'], problem)];
    const pathNames = new Set(placeholders.map(({ name }) => name));
    const placed = Object.entries(call.parameters).map(([name, parameter]) => {
      const location = locationOf(name, parameter, call.request, pathNames);
      return { name, parameter, location, wireName: parameter['x-name'] ?? name };
    });
    return [
      ...checkPath(document, entry, call, pathNames, placed),
      ...checkBody(call, placed),
      ...checkGraphQl(entry, call, placed),
      ...placed.flatMap((parameter) => checkPlace(call, parameter)),
      ...checkCollisions(call, placed),
    ];
  });
}

function checkPath(
  document: IntegrationDocument,
  entry: ToolEntry,
  call: ToolCall,
  pathNames: ReadonlySet<string>,
  placed: readonly Placed[],
): Finding[] {
  const findings: Finding[] = [];
  if (call.request.path.split('/').some((segment) => segment === '.' || segment === '..')) {
    findings.push(finding([...call.path, 'request', 'path'], "a path may not hold '.' or '..' segments"));
  }
  for (const name of pathNames) {
    const parameter = call.parameters[name];
    if (parameter === undefined) {
      if (Object.hasOwn(document.variables ?? {}, name)) continue;
      findings.push(
        wrongWord(
          [...call.path, 'request', 'path'],
          `{${name}} is neither a parameter nor one of the variables`,
          name,
          [...Object.keys(call.parameters), ...Object.keys(document.variables ?? {})],
        ),
      );
      continue;
    }
    // In a step the argument itself is declared by the tool.
    const declared = call.step === undefined ? parameter : entry.tool.parameters[name];
    const given = isHidden(parameter) || declared?.required === true || declared?.default !== undefined;
    if (!given)
      findings.push(finding([...call.path, 'parameters', name], 'stands in the path, so it must be required'));
  }
  for (const { name, location } of placed) {
    const inPath = pathNames.has(name);
    if (location === 'path' && !inPath)
      findings.push(finding([...call.path, 'parameters', name, 'x-in'], `the path has no {${name}}`));
    if (location !== 'path' && inPath) {
      findings.push(
        finding(
          [...call.path, 'parameters', name, 'x-in'],
          `the path names {${name}}, so it cannot go into the ${location}`,
        ),
      );
    }
  }
  return findings;
}

function checkBody(call: ToolCall, placed: readonly Placed[]): Finding[] {
  const { method, body } = call.request;
  const fields = placed.filter(({ location }) => location === 'body');
  const roots = placed.filter(({ location }) => location === 'body_root');
  const at = (name: string) => [...call.path, 'parameters', name, 'x-in'];
  if (method === 'GET' || method === 'HEAD') {
    const findings = [...fields, ...roots].map(({ name }) => finding(at(name), `a ${method} request has no body`));
    if (body !== undefined && body !== 'none')
      findings.push(finding([...call.path, 'request', 'body'], `a ${method} request has no body`));
    return findings;
  }
  if (body === 'none') return [...fields, ...roots].map(({ name }) => finding(at(name), 'the request says body: none'));
  if (body === 'raw') return fields.map(({ name }) => finding(at(name), 'a raw body is one body_root parameter'));
  if (roots.length === 0) return [];
  return [...fields, ...roots.slice(1)].map(({ name }) =>
    finding(at(name), `the whole body is already ${roots[0]?.name}`),
  );
}

function checkPlace(call: ToolCall, { name, parameter, location, wireName }: Placed): Finding[] {
  const path = [...call.path, 'parameters', name];
  const named = [...path, ...(parameter['x-name'] === undefined ? [] : ['x-name'])];
  if (location === 'header') {
    const problem = headerProblem(wireName);
    return problem === undefined ? [] : [finding(named, problem)];
  }
  if (location === 'cookie' && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(wireName))
    return [finding(named, 'not a cookie name')];
  for (const keyword of ['x-path-style', 'x-explode'] as const) {
    if (location !== 'path' && parameter[keyword] !== undefined)
      return [finding([...path, keyword], 'works only in the path')];
  }
  if (location === 'path' && parameter['x-name'] !== undefined)
    return [finding(named, 'a path parameter has the name the path gives it')];
  if (location === 'body' && isJson(call) && parameter['x-name'] !== undefined) {
    const problem = bodyNameProblem(parameter['x-name']);
    return problem === undefined ? [] : [finding(named, problem)];
  }
  return [];
}

/** Whether names in the body nest: JSON, and the variables of GraphQL. */
function isJson({ request }: ToolCall): boolean {
  return ['json', 'graphql'].includes(request.body ?? 'json');
}

function checkCollisions(call: ToolCall, placed: readonly Placed[]): Finding[] {
  const json = isJson(call);
  const seen: Placed[] = [];
  const findings: Finding[] = [];
  for (const current of placed) {
    const rival = seen.find((earlier) => collide(earlier, current, json));
    if (rival !== undefined) {
      findings.push(
        finding(
          [...call.path, 'parameters', current.name],
          `writes the same ${current.location} field as ${rival.name}`,
        ),
      );
    }
    seen.push(current);
  }
  return findings;
}

function collide(a: Placed, b: Placed, json: boolean): boolean {
  if (a.location !== b.location || ['none', 'path', 'body_root'].includes(a.location)) return false;
  // Several may stand under one name of a query or form, where each says that it is repeated.
  const repeated = [a, b].every(({ parameter }) => parameter['x-array-style'] === 'repeat');
  if (repeated && (a.location === 'query' || (a.location === 'body' && !json))) return false;
  if (a.location === 'header') return a.wireName.toLowerCase() === b.wireName.toLowerCase();
  // A parameter without x-name is one field even if its name holds dots.
  if (a.location === 'body' && json && a.parameter['x-name'] !== undefined && b.parameter['x-name'] !== undefined) {
    return bodyNamesConflict(a.wireName, b.wireName);
  }
  if (a.location === 'body' && json) {
    const [plain, nested] = a.parameter['x-name'] === undefined ? [a, b] : [b, a];
    return nested.parameter['x-name'] === undefined
      ? plain.wireName === nested.wireName
      : pathSteps(nested.wireName)?.[0]?.text === plain.wireName;
  }
  return a.wireName === b.wireName;
}
