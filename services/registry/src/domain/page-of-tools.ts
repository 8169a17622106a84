import { PatchbayError, ToolName, type ToolSummary } from '@patchbay/contracts';

/** Bytes of summaries in one answer; a message holds 1,048,576. */
const maxPageBytes = 800_000;

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * One page of tools that are ordered by name. The cursor is the last name handed out, so a page neither repeats nor skips
 * a tool that stays, whatever is registered in between. A page ends early rather than outgrow a message.
 * @throws PatchbayError `invalid_request` when the cursor is none of ours.
 */
export function pageOfTools(
  tools: readonly ToolSummary[],
  { limit, cursor }: PageRequest,
): { tools: ToolSummary[]; next_cursor: string | null } {
  const after = cursor === undefined ? '' : readCursor(cursor);
  const rest = tools.slice(firstAfter(tools, after));
  const page: ToolSummary[] = [];
  let bytes = 0;
  for (const tool of rest) {
    bytes += Buffer.byteLength(JSON.stringify(tool)) + 1;
    if (page.length === limit || (bytes > maxPageBytes && page.length > 0)) break;
    page.push(tool);
  }
  const last = page.at(-1);
  return {
    tools: page,
    next_cursor: last === undefined || page.length === rest.length ? null : writeCursor(last.name),
  };
}

function firstAfter(tools: readonly ToolSummary[], name: string): number {
  const index = tools.findIndex((tool) => tool.name > name);
  return index === -1 ? tools.length : index;
}

function writeCursor(name: string): string {
  return Buffer.from(name).toString('base64url');
}

function readCursor(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString();
  if (ToolName.safeParse(name).success && writeCursor(name) === cursor) return name;
  throw new PatchbayError('invalid_request', {
    message: 'cursor: expected the next_cursor of an earlier page.',
    details: { issues: [{ path: 'cursor', message: 'expected the next_cursor of an earlier page' }] },
  });
}
