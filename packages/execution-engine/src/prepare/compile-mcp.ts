import type { Credential, IntegrationDocument, Tool } from '@patchbay/contracts';
import type { StdioServer } from '@patchbay/mcp-client';
import { credentialTemplates } from '../auth/credential-templates.ts';
import type { Report } from './report.ts';

/** A request that is really a call of a tool at an MCP server: its JSON body is the arguments. */
export interface McpPlan {
  /** The tool's name at the server. */
  readonly tool: string;
  readonly digest: string | null;
  /** How the server is run, where it is a program. Throws as authorising does. */
  readonly stdio: ((credential: Credential | null) => StdioServer) | null;
}

/** `null` for tools of HTTP APIs. */
export function compileMcp(document: IntegrationDocument, tool: Tool, report: Report): McpPlan | null {
  if (tool.mcp === undefined || document.mcp === undefined) return null;
  const { command, args = [], env } = document.mcp;
  const plan = { tool: tool.mcp.tool, digest: tool.mcp.digest ?? null };
  if (command === undefined) return { ...plan, stdio: null };
  const variables = credentialTemplates(env, 'mcp.env', report);
  return {
    ...plan,
    stdio: (credential) => ({
      command,
      args,
      env: credential === null ? {} : Object.fromEntries(variables(credential)),
    }),
  };
}
