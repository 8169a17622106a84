import type { IntegrationDocument, Issue, Tool } from '@patchbay/contracts';
import { mentionsHealth, PatchbayError, toolNameOf } from '@patchbay/contracts';
import { inputSchemaOf } from '../arguments/input-schema.ts';
import { schemaIssues } from '../arguments/schema-compiler.ts';
import { createArgumentValidator } from '../arguments/validate-arguments.ts';
import { compileFiles } from '../files/file-plan.ts';
import { resolveBaseUrl } from '../request/base-url.ts';
import type { StepPlan } from '../request/step-plan.ts';
import type { RequestContext } from '../request/value-source.ts';
import { compileProjection } from '../response/projection.ts';
import { compileTransform } from '../transform/compile-transform.ts';
import type { PaginationPlan } from './compile-pagination.ts';
import { compileProbe } from './compile-probe.ts';
import { compileStep } from './compile-step.ts';
import { documentPlanOf } from './document-plan.ts';
import type { PreparedTool } from './prepared-tool.ts';

const defaultMaxBytes = 16_384;
const maxIssues = 50;

/**
 * Compiles one tool of a document. The arguments' schema is compiled at the first call of `validateArguments`, the rest
 * here. Throws `tool_not_found`, or `invalid_request` whose `details.issues` name paths in the document.
 */
export function prepareTool(document: IntegrationDocument, toolKey: string): PreparedTool {
  const name = toolNameOf(document, toolKey);
  const tool = Object.hasOwn(document.tools, toolKey) ? document.tools[toolKey] : undefined;
  if (tool === undefined)
    throw new PatchbayError('tool_not_found', {
      message: `The integration '${document.id}' has no tool '${toolKey}'.`,
    });
  const plan = documentPlanOf(document);
  const issues: Issue[] = [...plan.issues];
  const report = (path: string, message: string): void => {
    if (!issues.some((issue) => issue.path === path && issue.message === message)) issues.push({ path, message });
  };
  const at = `tools.${toolKey}`;

  const inputSchema = inputSchemaOf(tool, report, `${at}.parameters`);
  for (const issue of schemaIssues(inputSchema, `${at}.parameters`)) report(issue.path, issue.message);
  const projection = compileProjection(tool.response.pick, report, `${at}.response.pick`);
  if (tool.cache !== undefined && tool.risk !== 'read') report(`${at}.cache`, 'is for tools that read');
  const transform = compileTransform(tool.response.transform, report, `${at}.response.transform`);
  const { base, hosts } = plan;
  if (base === null || hosts === null) throw invalid(name, issues);

  const steps: StepPlan[] = [];
  let pagination: PaginationPlan | null = null;
  let needsConnection =
    plan.auth !== null ||
    [...plan.variables.values()].some((rule) => rule.fallback === undefined && isInBase(document, rule.name));
  for (const [index, step] of (tool.steps ?? [null]).entries()) {
    const earlierSteps = steps.map((earlier) => earlier.id);
    const stepAt = step === null ? at : `${at}.steps[${index}]`;
    if (step !== null && earlierSteps.includes(step.id)) report(`${stepAt}.id`, 'is the id of an earlier step');
    const compiled = compileStep({
      document,
      plan: { ...plan, base },
      tool,
      toolName: name,
      step,
      earlierSteps,
      report,
      toolAt: at,
      at: stepAt,
    });
    needsConnection ||= compiled.needsConnection;
    pagination ??= compiled.pagination;
    steps.push(compiled.step);
  }
  const probe = compileProbe(document, tool, report, `${at}.probe`);
  if (issues.length > 0) throw invalid(name, issues);

  const contextOf = (variables: Record<string, string>): RequestContext => ({
    tenant: '',
    arguments: {},
    variables,
    steps: {},
    idempotencyKey: null,
    startedAt: 0,
    caller: {},
  });
  const picked = tool.response.pick;
  const paths = Array.isArray(picked) ? picked : Object.values(picked ?? {});
  return {
    name,
    version: document.version,
    integration: document.id,
    risk: tool.risk,
    inputSchema,
    needsConnection,
    hosts: hosts.declared,
    timeoutMs: tool.timeout_ms ?? document.timeout_ms,
    ...cacheOf(tool),
    sharesReads: Object.values(document.tools).some((other) => other.cache !== undefined),
    rateLimits: document.rate_limits ?? null,
    toolRateLimits: tool.rate_limits ?? null,
    retrySafe: retrySafetyOf(tool),
    probe,
    streams: steps.at(-1)?.stream != null,
    handlesHealth: mentionsHealth(tool.parameters, tool.output),
    document,
    tool,
    validateArguments: createArgumentValidator(inputSchema, tool.parameters),
    hostsFor: (variables) => hosts.resolve(contextOf(variables)),
    baseUrlFor: (variables) => resolveBaseUrl(base, contextOf(variables)).prefix,
    baseUrlsFor: (variables) =>
      new Set(
        steps
          // A program has no address.
          .filter(({ mcp }) => mcp === null || mcp.stdio === null)
          .map((step) => resolveBaseUrl(step.base, contextOf(variables)).prefix),
      ),
    retry: tool.retry ?? document.retry,
    hedge: tool.risk === 'read' && (tool.retry ?? document.retry).hedge === true,
    auth: plan.auth,
    sign: plan.sign,
    exchange: plan.exchange,
    files: compileFiles(tool),
    pagination,
    transform,
    steps: steps as [StepPlan, ...StepPlan[]],
    projection,
    projectionGrowth: Math.max(1, paths.length),
    projectsSteps: tool.steps !== undefined && paths.some((path) => path.startsWith('steps.')),
    maxItems: tool.response.max_items,
    maxBytes: tool.response.max_bytes ?? defaultMaxBytes,
  };
}

function cacheOf(tool: Tool): Pick<PreparedTool, 'cache'> {
  if (tool.cache === undefined) return {};
  const { ttl_ms: ttlMs, single_flight: singleFlight } = tool.cache;
  // Any mention will do: a false one costs a hit, a missed one would show one caller another's answer.
  const perCaller = JSON.stringify([tool.parameters, tool.request, tool.steps]).includes('caller');
  return { cache: { ttlMs, singleFlight, perCaller } };
}

function retrySafetyOf(tool: Tool): PreparedTool['retrySafe'] {
  if (tool.risk === 'read' || tool.idempotency.kind === 'natural') return 'always';
  return tool.idempotency.kind === 'none' ? 'never' : 'keyed';
}

function isInBase(document: IntegrationDocument, variable: string): boolean {
  return document.base_url.includes(`{${variable}}`);
}

function invalid(name: string, issues: readonly Issue[]): PatchbayError {
  const [first] = issues;
  return new PatchbayError('invalid_request', {
    message: `The tool '${name}' cannot be prepared: ${first?.path ?? ''} ${first?.message ?? 'is not valid'}${issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''}.`,
    details: { issues: issues.slice(0, maxIssues) },
  });
}
