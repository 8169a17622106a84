import type { PendingFile } from '../files/preview-files.ts';
import type { BuiltRequest } from './build-request.ts';

/** A request as a dry run shows it. It was built without the credential, so it holds none. */
export interface RequestPreview {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON as data, other text as text, bytes as `{ bytes: n }`. */
  readonly body: unknown;
  /** Further steps of the tool, which cannot be shown before this one has been answered. */
  readonly further_steps: readonly string[];
  /** Files that the call itself would fetch first; they stand empty in `body`. Left out where there is none. */
  readonly files_to_fetch?: readonly PendingFile[];
}

export function previewOf(
  request: BuiltRequest,
  furtherSteps: readonly string[],
  files: readonly PendingFile[] = [],
): RequestPreview {
  const { method, url, headers, body } = request;
  return {
    method,
    url,
    headers,
    body: bodyPreview(body, headers['content-type']),
    further_steps: furtherSteps,
    ...(files.length > 0 && { files_to_fetch: files }),
  };
}

function bodyPreview(body: Uint8Array | string | null, contentType: string | undefined): unknown {
  if (body === null) return null;
  if (typeof body !== 'string') return { bytes: body.length };
  return contentType?.includes('json') === true ? JSON.parse(body) : body;
}
