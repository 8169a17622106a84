import type { DocumentedTool } from './tool-summary.ts';

/** Whether a tool belongs to a toolset: by its name, or by its integration's id followed by `.*`. */
export function memberTest(members: readonly string[]): (tool: DocumentedTool) => boolean {
  const known = new Set(members);
  return ({ name, document }) => known.has(name) || known.has(`${document.id}.*`);
}

/** Members that stand for none of the tools. */
export function missingMembers(members: readonly string[], tools: readonly DocumentedTool[]): string[] {
  const present = new Set(tools.flatMap(({ name, document }) => [name, `${document.id}.*`]));
  return members.filter((member) => !present.has(member));
}
