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
}

export function previewOf(request: BuiltRequest, furtherSteps: readonly string[]): RequestPreview {
  const { method, url, headers, body } = request;
  return { method, url, headers, body: bodyPreview(body, headers['content-type']), further_steps: furtherSteps };
}

function bodyPreview(body: Uint8Array | string | null, contentType: string | undefined): unknown {
  if (body === null) return null;
  if (typeof body !== 'string') return { bytes: body.length };
  return contentType?.includes('json') === true ? JSON.parse(body) : body;
}
