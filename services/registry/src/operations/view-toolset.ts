import { exportTool } from '@patchbay/catalog';
import { estimateTokens, type Issue, type StoredToolset, type ToolsetView } from '@patchbay/contracts';
import { memberTest, missingMembers } from '../domain/toolset-members.ts';
import type { Documents } from './ports.ts';

/** More tools than this, and a model picks the wrong one noticeably more often. */
const manyTools = 20;
/** More tokens of definitions than this crowd out the conversation. */
const manyTokens = 15_000;

/** What a toolset comes to for a scope's tenants, and what of it a model will have trouble with. */
export function viewToolset(documents: Documents, scope: string, toolset: StoredToolset): ToolsetView {
  const visible = documents.visibleTools(scope);
  const tools = visible.filter(memberTest(toolset.tools));
  const missing = missingMembers(toolset.tools, visible);
  const tokens = tools.reduce(
    (sum, { document, toolKey }) => sum + estimateTokens(exportTool(document, toolKey, 'anthropic')),
    0,
  );
  const { loading } = toolset;
  const atStart = loading !== 'deferred';
  const warnings: Issue[] = [
    ...missing.map((member) => ({
      path: `tools[${toolset.tools.indexOf(member)}]`,
      message: `${member} stands for no tool that can be called here`,
    })),
    ...(atStart && tools.length > manyTools
      ? [{ path: 'tools', message: `${tools.length} tools; models choose best among at most ${manyTools}` }]
      : []),
    ...(atStart && tokens > manyTokens
      ? [
          {
            path: 'tools',
            message: `about ${tokens} tokens of definitions; keep to ${manyTokens}, or load them deferred`,
          },
        ]
      : []),
  ];
  return {
    scope: toolset.scope,
    name: toolset.name,
    title: toolset.title,
    tools: toolset.tools,
    ...(loading !== undefined && { loading }),
    changed_at: toolset.changed_at,
    resolved: tools.map(({ name }) => name),
    missing,
    tokens,
    warnings,
  };
}
