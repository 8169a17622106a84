import { type IntegrationDocument, ToolName, toolNameOf } from '@patchbay/contracts';
import { type Finding, finding, wrongWord } from '../finding.ts';
import { inputSchemaOf } from '../input-schema.ts';
import { type ToolEntry, toolEntries } from '../tool-calls.ts';
import { pathProblem } from './body-paths.ts';
import { conditionProblem } from './error-rules.ts';
import { headerProblem } from './headers.ts';
import { checkSchema, errorsText, validatorOf } from './json-schema.ts';
import { checkPagination, checkTransform } from './response.ts';
import { checkStreaming } from './streaming.ts';
import { bodyNameProblem } from './wire-names.ts';

const maxTools = 128;

/** Callable names: valid for every model API, and each used once. */
export function checkNames(document: IntegrationDocument): Finding[] {
  const entries = toolEntries(document);
  const findings =
    entries.length > maxTools ? [finding(['tools'], `${entries.length} tools; at most ${maxTools} are allowed`)] : [];
  const owners = new Map<string, string>();
  for (const { key, tool, path } of entries) {
    const name = toolNameOf(document, key, tool);
    const at = tool.name === undefined ? path : [...path, 'name'];
    const owner = owners.get(name);
    if (owner !== undefined) findings.push(finding(at, `the name ${name} is already that of ${owner}`));
    if (!ToolName.safeParse(name).success) findings.push(finding(at, `the name ${name} is longer than 64 characters`));
    owners.set(name, key);
  }
  return findings;
}

/** What a tool says of its repeats, its steps, its answer and its examples. */
export function checkTool(entry: ToolEntry): Finding[] {
  return [
    ...checkIdempotency(entry),
    ...checkReadOnlyFields(entry),
    ...checkSteps(entry),
    ...checkResponse(entry),
    ...checkTransform(entry),
    ...checkPagination(entry),
    ...checkStreaming(entry),
    ...checkExampleSteps(entry),
  ];
}

/** A cached or doubled write would be another write. */
function checkReadOnlyFields({ tool, path }: ToolEntry): Finding[] {
  if (tool.risk === 'read') return [];
  return [
    ...(tool.cache === undefined ? [] : [finding([...path, 'cache'], `has no meaning for risk ${tool.risk}`)]),
    ...(tool.retry?.hedge ? [finding([...path, 'retry', 'hedge'], `has no meaning for risk ${tool.risk}`)] : []),
  ];
}

function checkIdempotency({ tool, path }: ToolEntry): Finding[] {
  const { kind, name } = tool.idempotency;
  const at = [...path, 'idempotency'];
  if (kind === 'none' || kind === 'natural')
    return name === undefined ? [] : [finding([...at, 'name'], `has no meaning with kind ${kind}`)];
  if (tool.steps !== undefined) return [finding([...at, 'kind'], 'a tool of several steps has no one place for a key')];
  if (name === undefined) return [finding([...at, 'name'], `kind ${kind} needs the ${kind}'s name`)];
  if (kind === 'field' && ['GET', 'HEAD'].includes(tool.request?.method ?? ''))
    return [finding([...at, 'kind'], 'the request has no body')];
  if (kind === 'query') {
    const taken = Object.hasOwn(tool.request?.query ?? {}, name);
    return taken ? [finding([...at, 'name'], 'is a fixed value of the query already')] : [];
  }
  const problem = kind === 'header' ? headerProblem(name) : bodyNameProblem(name);
  return problem === undefined ? [] : [finding([...at, 'name'], problem)];
}

function checkSteps({ tool, path }: ToolEntry): Finding[] {
  const findings: Finding[] = [];
  const earlier = new Set<string>();
  for (const [index, step] of (tool.steps ?? []).entries()) {
    const at = [...path, 'steps', index];
    if (earlier.has(step.id)) findings.push(finding([...at, 'id'], `an earlier step is already called '${step.id}'`));
    if (step.url_from !== undefined) {
      const source = /^steps\.([a-z][a-z0-9_]*)\.\S+$/.exec(step.url_from)?.[1];
      if (source === undefined || !earlier.has(source))
        findings.push(finding([...at, 'url_from'], 'expected steps.<earlier step>.<path>'));
      if (step.request.path !== '/')
        findings.push(finding([...at, 'request', 'path'], "the URL comes from url_from, so write '/'"));
    }
    earlier.add(step.id);
  }
  return findings;
}

function checkResponse({ tool, path }: ToolEntry): Finding[] {
  const { pick } = tool.response;
  const steps = new Set((tool.steps ?? []).map(({ id }) => id));
  const entries: [PropertyKey, string][] = Array.isArray(pick)
    ? pick.map((text, index) => [index, text])
    : Object.entries(pick ?? {});
  const findings = entries.flatMap(([key, text]) => {
    const step = /^steps\.([a-z0-9_]+)/.exec(text)?.[1];
    const unknownStep = tool.steps !== undefined && step !== undefined && !steps.has(step);
    const problem = unknownStep ? `no step is called '${step}'` : pathProblem(text);
    return problem === undefined ? [] : [finding([...path, 'response', 'pick', key], problem)];
  });
  if (tool.output === undefined) return findings;
  const output = checkSchema(tool.output, [...path, 'output'], false);
  if (output.length === 0 && tool.output['type'] !== 'object')
    output.push(finding([...path, 'output', 'type'], 'the root must say type: object'));
  return [...findings, ...output];
}

function checkExampleSteps({ tool, path }: ToolEntry): Finding[] {
  const steps = new Set((tool.steps ?? []).map(({ id }) => id));
  return tool.examples.flatMap((example, index) => {
    const at = [...path, 'examples', index];
    if (tool.steps !== undefined && example.response !== undefined)
      return [finding([...at, 'response'], 'a tool with steps has responses, by step id')];
    return Object.keys(example.responses ?? {})
      .filter((id) => !steps.has(id))
      .map((id) => finding([...at, 'responses', id], 'no step has this id'));
  });
}

/** The health check names a read tool and gives it arguments that fit. */
export function checkHealth(document: IntegrationDocument): Finding[] {
  const { health } = document;
  if (health === undefined) return [];
  const tool = Object.hasOwn(document.tools, health.tool) ? document.tools[health.tool] : undefined;
  if (tool === undefined) {
    const message = `there is no tool '${health.tool}'`;
    return [wrongWord(['health', 'tool'], message, health.tool, Object.keys(document.tools))];
  }
  if (tool.risk !== 'read') return [finding(['health', 'tool'], 'a health check must be a tool of risk read')];
  const validate = validatorOf(inputSchemaOf(document, health.tool));
  if (validate(health.arguments)) return [];
  return [finding(['health', 'arguments'], errorsText(validate, 'arguments'))];
}

/** Each probe names a read tool, takes its values from arguments that there are, and says what it looks for. */
export function checkProbes(document: IntegrationDocument): Finding[] {
  return toolEntries(document).flatMap(({ tool, path }) => {
    const { probe } = tool;
    if (probe === undefined) return [];
    const at = [...path, 'probe'];
    if (tool.risk === 'read') return [finding(at, 'a read has no effect to look for')];
    const reader = Object.hasOwn(document.tools, probe.tool) ? document.tools[probe.tool] : undefined;
    if (reader?.risk !== 'read') return [finding([...at, 'tool'], 'expected the key of a tool of risk read')];
    if (reader.cache !== undefined)
      return [finding([...at, 'tool'], 'keeps answers (cache), which may be from before the call')];
    const findings = Object.entries(probe.arguments).flatMap(([name, value]) => {
      const known = Object.hasOwn(reader.parameters, name);
      if (!known) return [finding([...at, 'arguments', name], `${probe.tool} has no such argument`)];
      const given = !('from' in value) || Object.hasOwn(tool.parameters, value.from);
      return given ? [] : [finding([...at, 'arguments', name, 'from'], `there is no argument '${value.from}'`)];
    });
    for (const name of ['happened', 'not_happened'] as const) {
      const problem = probe[name] === undefined ? undefined : conditionProblem(probe[name]);
      if (problem !== undefined) findings.push(finding([...at, name], problem));
    }
    return findings;
  });
}
