import type { PlanCall } from '@patchbay/contracts';

interface ToolOfCall {
  readonly integration: string;
  readonly risk: 'read' | 'write' | 'destructive';
}

/**
 * For each call the connection that it writes to, null for reads and unknown tools. A call that names no connection uses
 * the tenant's default, which may be one that another call names: with such a call all writes of the integration share.
 */
export function writeSequences(
  calls: readonly Pick<PlanCall, 'connection'>[],
  tools: readonly (ToolOfCall | null)[],
): (string | null)[] {
  const unnamed = new Set<string>();
  const isWrite = (tool: ToolOfCall | null | undefined): tool is ToolOfCall => tool != null && tool.risk !== 'read';
  for (const [index, { connection }] of calls.entries()) {
    const tool = tools[index];
    if (isWrite(tool) && connection === undefined) unnamed.add(tool.integration);
  }
  return calls.map(({ connection }, index) => {
    const tool = tools[index];
    if (!isWrite(tool)) return null;
    return connection === undefined || unnamed.has(tool.integration) ? tool.integration : connection;
  });
}
