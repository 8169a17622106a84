import { ToolName } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';
import type { ToolSchema } from '../render/tool.ts';
import { parseToolArguments } from './tool-arguments.ts';

/** The key=value words of a command line as the tool's schema reads them; the schema is asked for only when there are words. */
export async function wordsAsArguments(
  agent: Agent,
  tool: string,
  version: string | undefined,
  words: string[],
): Promise<Record<string, unknown>> {
  return words.length === 0 ? {} : parseToolArguments(words, await schemaOf(agent, tool, version));
}

/**
 * Null when there is no such tool: executing it says so, with close matches. An older version is read by the newest one's
 * types, but may take arguments of its own.
 */
async function schemaOf(agent: Agent, tool: string, version: string | undefined): Promise<ToolSchema | null> {
  if (!ToolName.safeParse(tool).success) return null;
  const [definition] = (await agent.tools.describe([tool])).tools;
  const schema = definition?.input_schema as ToolSchema | undefined;
  if (schema === undefined) return null;
  return version === undefined ? schema : { ...schema, additionalProperties: true };
}
