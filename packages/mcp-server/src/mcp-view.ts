import { maxDeadlineMs, PatchbayError, ToolsetName } from '@patchbay/contracts';
import { z } from 'zod';

/** What a client sees of a tenant's tools. */
export interface McpView {
  /** Narrows the list and the search; not what may be called. */
  readonly toolset: string | null;
  /** `list`: every tool. `search`: none, but a tool that finds them. `auto`: whichever suits how many there are. */
  readonly tools: 'auto' | 'list' | 'search';
  /** Milliseconds within which a call is answered that names no deadline of its own. */
  readonly deadlineMs: number;
}

/** Longer than a voice agent's: a person reads, and clients wait for a minute. */
const defaultMcpDeadlineMs = 30_000;

const Query = z.object({
  toolset: ToolsetName.optional(),
  tools: z.enum(['auto', 'list', 'search']).default('auto'),
  deadline_ms: z.coerce.number().int().min(1).max(maxDeadlineMs).default(defaultMcpDeadlineMs),
});

/**
 * Reads a view from a query such as `toolset=front-desk&tools=list&deadline_ms=5000`. What it does not know is left alone:
 * some clients add parameters of their own. @throws PatchbayError `invalid_request`.
 */
export function viewOf(query: Readonly<Record<string, unknown>>): McpView {
  const parsed = Query.safeParse(query);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    throw new PatchbayError('invalid_request', { message: 'The query is not as it is taken.', details: { issues } });
  }
  const { toolset = null, tools, deadline_ms: deadlineMs } = parsed.data;
  return { toolset, tools, deadlineMs };
}
