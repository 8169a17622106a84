import { type IntegrationDocument, mcpAddress } from '@patchbay/contracts';
import { type Finding, finding } from '../finding.ts';
import { locationOf, type ToolEntry, toolEntries } from '../tool-calls.ts';

/** What an MCP server's document may not say: whatever the protocol has no place for. */
export function checkMcp(document: IntegrationDocument): Finding[] {
  const { mcp } = document;
  const entries = toolEntries(document);
  if (mcp === undefined)
    return entries
      .filter(({ tool }) => tool.mcp !== undefined)
      .map(({ path }) => finding([...path, 'mcp'], 'the document names no MCP server (mcp)'));
  const { base, path } = mcpAddress(mcp);
  const findings: Finding[] = [];
  if (document.auth.type === 'aws_sigv4')
    findings.push(
      finding(['auth', 'type'], 'signs each request by itself, of which a call of an MCP server is several'),
    );
  if (document.base_url !== base.replace(/\/+$/, ''))
    findings.push(finding(['base_url'], 'is not where the MCP server is: leave it out, it comes from mcp'));
  for (const name of Object.keys(document.headers ?? {}))
    if (/^(?:mcp-|accept$|content-type$)/i.test(name))
      findings.push(finding(['headers', name], 'belongs to the Model Context Protocol'));
  return [
    ...findings,
    ...(mcp.command === undefined ? [] : checkProgram(document)),
    ...entries.flatMap((entry) => checkMcpTool(entry, path)),
  ];
}

/** A program gets its credential by its environment, and nothing else of what is sent to a host. */
function checkProgram({ auth, mcp, headers }: IntegrationDocument): Finding[] {
  const given = Object.keys(mcp?.env ?? {}).length > 0;
  return [
    ...(auth.type === 'none' && given ? [finding(['mcp', 'env'], 'needs a credential: auth.type is none')] : []),
    ...(auth.type !== 'none' && !given
      ? [finding(['mcp', 'env'], 'must say which variable of the program the credential goes into')]
      : []),
    ...(auth.exchange === undefined ? [] : [finding(['auth', 'exchange'], 'has no meaning for a program')]),
    ...(auth.hosts === undefined ? [] : [finding(['auth', 'hosts'], 'has no meaning for a program')]),
    ...(headers === undefined ? [] : [finding(['headers'], 'have no meaning for a program')]),
  ];
}

function checkMcpTool({ tool, path: at }: ToolEntry, path: string): Finding[] {
  if (tool.mcp === undefined)
    return [finding(at, 'every tool of an MCP server says which one it is there: mcp: { tool: … }')];
  const { request } = tool;
  if (request === undefined) return [finding([...at, 'steps'], 'a tool of an MCP server is one call')];
  const isOwn =
    Object.keys(request).length === 3 && request.method === 'POST' && request.path === path && request.body === 'json';
  if (!isOwn) return [finding([...at, 'request'], 'leave it out: it comes from mcp')];
  const findings: Finding[] = [];
  const names = new Set([...path.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] as string));
  for (const [name, parameter] of Object.entries(tool.parameters)) {
    const where = locationOf(name, parameter, request, names);
    if (!['body', 'body_root', 'none'].includes(where))
      findings.push(
        finding(
          [...at, 'parameters', name, 'x-in'],
          `a tool of an MCP server takes arguments alone; this goes into the ${where}`,
        ),
      );
    if (where === 'body_root' && parameter.type !== 'object')
      findings.push(finding([...at, 'parameters', name, 'type'], 'the arguments of an MCP tool are an object'));
  }
  if (tool.idempotency.kind === 'header')
    findings.push(
      finding([...at, 'idempotency', 'kind'], 'a tool of an MCP server takes its key in an argument: field'),
    );
  if ((tool.response.stream ?? 'none') !== 'none')
    findings.push(finding([...at, 'response', 'stream'], 'the answer of an MCP tool comes whole'));
  if (tool.response.pagination?.kind === 'link')
    findings.push(finding([...at, 'response', 'pagination', 'kind'], 'an MCP tool answers without headers'));
  return findings;
}
