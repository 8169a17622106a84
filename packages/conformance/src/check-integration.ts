import { type IntegrationDocument, webhookToolsOf } from '@patchbay/contracts';
import type { SpecTable } from '@patchbay/vendor-specs';
import { type CallVerdict, checkCall } from './check-call.ts';
import type { Deviations } from './deviations.ts';
import type { Issue } from './issue.ts';
import { recordRequests } from './record-requests.ts';
import type { ApiSpec } from './spec/api-spec.ts';

/**
 * `newer`: valid but for what the specification does not know yet. `deviates`: contradicts it in accepted ways; see
 * deviations.yaml. `no_spec`: no specification of the vendor's can be had, or it does not have the operation.
 */
export type Verdict = 'valid' | 'newer' | 'deviates' | 'invalid' | 'no_spec';

export interface ToolReport {
  readonly integration: string;
  /** The tool's key; requests about webhooks are `webhooks.register` and so on. */
  readonly tool: string;
  readonly verdict: Verdict;
  /** As the vendor's documents write them, in the order sent. */
  readonly operations: readonly string[];
  /** The vendor advises against one of them. */
  readonly deprecated: boolean;
  /** Unexplained ones. */
  readonly issues: readonly Issue[];
  /** Those that deviations.yaml explains. */
  readonly explained: readonly Issue[];
  /** Of the examples' answers: null where the vendor's documents describe none. */
  readonly response: readonly Issue[] | null;
}

/** Specifications that the table names for an integration: the vendor's own that are not out of date. */
export function specsOf(table: SpecTable, integration: string): string[] {
  return Object.entries(table.specs)
    .filter(
      ([, spec]) => spec.outdated === undefined && spec.author === 'vendor' && spec.integrations.includes(integration),
    )
    .map(([name]) => name);
}

/** Holds every tool of a document, and its requests about webhooks, against the vendor's specifications. */
export async function checkIntegration(
  document: IntegrationDocument,
  specs: readonly ApiSpec[],
  deviations: Deviations,
): Promise<ToolReport[]> {
  const webhooks = webhookToolsOf(document)?.document;
  const tools = [
    ...Object.keys(document.tools).map((key) => ({ document, key, tool: key })),
    ...Object.keys(webhooks?.tools ?? {}).map((key) => ({
      document: webhooks as IntegrationDocument,
      key,
      tool: `webhooks.${key}`,
    })),
  ];
  return Promise.all(tools.map((one) => checkTool(one, specs, deviations)));
}

async function checkTool(
  { document, key, tool }: { document: IntegrationDocument; key: string; tool: string },
  specs: readonly ApiSpec[],
  deviations: Deviations,
): Promise<ToolReport> {
  const { id: integration } = document;
  const none = { integration, tool, operations: [], deprecated: false, issues: [], explained: [], response: null };
  if (specs.length === 0) return { ...none, verdict: 'no_spec' };
  const verdicts: CallVerdict[] = [];
  for (const example of document.tools[key]?.examples ?? []) {
    const { calls } = await recordRequests(document, key, example);
    // A URL that the vendor hands out is the vendor's own.
    const ours = calls.filter(({ step }) => step?.url_from === undefined);
    verdicts.push(...ours.map((call) => checkCall(document, call, specs)));
  }
  const all = distinct(verdicts.flatMap(({ issues }) => issues));
  if (all.some(({ what }) => what === 'operation') && deviations.isUndescribed(integration, tool))
    return { ...none, verdict: 'no_spec' };
  const explanations = all.map((one) => deviations.explain(integration, tool, one));
  const issues = all.filter((_, index) => explanations[index] === null);
  const responses = verdicts.map(({ response }) => response).filter((response) => response !== null);
  return {
    integration,
    tool,
    verdict: verdictOf(explanations),
    operations: [...new Set(verdicts.flatMap(({ operation }) => operation ?? []))],
    deprecated: verdicts.some(({ deprecated }) => deprecated),
    issues,
    explained: all.filter((one) => !issues.includes(one)),
    response: responses.length === 0 ? null : distinct(responses.flat()),
  };
}

function verdictOf(explanations: readonly (string | null)[]): Verdict {
  if (explanations.includes(null)) return 'invalid';
  if (explanations.includes('accepted')) return 'deviates';
  return explanations.includes('newer') ? 'newer' : 'valid';
}

/** Several examples of a tool differ in the same way. */
function distinct(issues: readonly Issue[]): Issue[] {
  const seen = new Map(issues.map((one) => [`${one.where}\n${one.message}`, one]));
  return [...seen.values()];
}
