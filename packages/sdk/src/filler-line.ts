import type { ToolLatency } from '@patchbay/contracts';

/** What `tools.describe` says of a tool in the `patchbay` format, as far as it is needed here. */
export interface SpokenTool {
  readonly speech?: { readonly waiting?: string };
  readonly latency?: Pick<ToolLatency, 'p95_ms'>;
}

/**
 * What to say while a tool works, or null for nothing: the tool's own line when a call in twenty takes longer than
 * `quietMs` (default 800, about what a pause in a conversation may last). Nobody knows: the line, because silence is worse.
 */
export function fillerLine(tool: SpokenTool, { quietMs = 800 }: { readonly quietMs?: number } = {}): string | null {
  const { p95_ms: p95 = null } = tool.latency ?? {};
  if (p95 !== null && p95 <= quietMs) return null;
  return tool.speech?.waiting ?? null;
}
