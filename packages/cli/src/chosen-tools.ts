import { PatchbayError } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';
import { everyTool } from './every-tool.ts';
import { UsageError } from './failures.ts';

export interface ToolChoice {
  readonly integration?: string;
  readonly toolset?: string;
  /** Comma lists of names. */
  readonly tools: readonly string[];
}

/** As many as one request names. Models choose badly among far fewer. */
const mostTools = 128;

/** The names that the options come to. @throws UsageError, PatchbayError `tool_not_found`. */
export async function chosenTools(agent: Agent, { integration, toolset, tools }: ToolChoice): Promise<string[]> {
  const named = tools.flatMap((names) => names.split(',')).filter((name) => name !== '');
  const names = named.length > 0 ? named : await matching(agent, { integration, toolset });
  if (names.length > mostTools)
    throw new UsageError(`These are ${names.length} tools, and one request takes ${mostTools}. Choose fewer.`);
  return names;
}

async function matching(
  agent: Agent,
  { integration, toolset }: { readonly integration: string | undefined; readonly toolset: string | undefined },
): Promise<string[]> {
  if (integration === undefined && toolset === undefined)
    throw new UsageError('Say which tools: --integration, --toolset or --tools.');
  const tools = await everyTool(agent, {
    ...(integration !== undefined && { integration }),
    ...(toolset !== undefined && { toolset }),
  });
  if (tools.length === 0)
    throw new PatchbayError('tool_not_found', { message: `No tool of tenant '${agent.tenant}' matches.` });
  return tools.map(({ name }) => name);
}

/** @throws PatchbayError `tool_not_found` when any is missing. */
export function requireAll(agent: Agent, missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw new PatchbayError('tool_not_found', {
    message: `Tenant '${agent.tenant}' has no tool ${missing.map((name) => `'${name}'`).join(', ')}.`,
  });
}
