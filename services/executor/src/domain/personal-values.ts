import type { ExecuteRequest } from '@patchbay/contracts';

/** As much of a tool as says which of its arguments are personal. */
interface MarkedTool {
  readonly tool: { readonly parameters?: Readonly<Record<string, { readonly 'x-privacy'?: string | undefined }>> };
}

const personal: ReadonlySet<string | undefined> = new Set(['pii', 'phi']);

/** What of a call says who it is about: what the caller said, and the arguments whose fields are marked. Never a secret. */
export function personalValues(request: ExecuteRequest, prepared: MarkedTool | null): Record<string, unknown> {
  const parameters = prepared?.tool.parameters ?? {};
  const marked = Object.entries(request.arguments).filter(([name]) => personal.has(parameters[name]?.['x-privacy']));
  return {
    ...(request.context.end_user !== undefined && { end_user: request.context.end_user }),
    ...(marked.length > 0 && { arguments: Object.fromEntries(marked) }),
  };
}
