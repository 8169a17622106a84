import { IntegrationDocument, type Issue, joinPath } from '@patchbay/contracts';
import { checkDocument } from './check-document.ts';
import type { Finding } from './finding.ts';
import { checkLimits } from './input-limits.ts';
import { mcpInputPath, withMcpRequests } from './mcp-requests.ts';
import { shapeFindings } from './shape-findings.ts';
import { convertSingleTool } from './single-tool.ts';

export type NormalisedDocument =
  | { ok: true; document: IntegrationDocument; form: 'integration' | 'single_tool'; warnings: Issue[] }
  | { ok: false; issues: Issue[] };

/**
 * Either form of document as an `IntegrationDocument`, or everything that is wrong with it. Each issue's path is where the
 * fault stands in the input: `tools.post_message.request.path` in one form, `endpoints.post_message.path` in the other.
 * The result depends on the input alone, and normalising it again gives the same document.
 */
export function normaliseDocument(input: unknown): NormalisedDocument {
  const limits = checkLimits(input);
  if (limits.length > 0) return refused(limits);
  if (!isSingleTool(input))
    return checkShape(withMcpRequests(input), 'integration', [], (path) => mcpInputPath(input, path));

  const converted = convertSingleTool(input);
  if (!('document' in converted)) return refused(converted);
  return checkShape(converted.document, 'single_tool', converted.warnings, converted.inputPath);
}

function isSingleTool(input: unknown): boolean {
  if (input === null || typeof input !== 'object' || Object.hasOwn(input, 'tools')) return false;
  return Object.hasOwn(input, 'endpoints') || Object.hasOwn(input, 'auth_type');
}

function checkShape(
  input: unknown,
  form: 'integration' | 'single_tool',
  warnings: Issue[],
  inputPath: (path: readonly PropertyKey[]) => PropertyKey[],
): NormalisedDocument {
  const moved = (findings: readonly Finding[]) =>
    refused(findings.map((one) => ({ ...one, path: inputPath(one.path) })));
  const parsed = IntegrationDocument.safeParse(input);
  if (!parsed.success) return moved(shapeFindings(parsed.error, IntegrationDocument, input));
  // Paths begin with a slash, so the base never ends with one.
  const document = { ...parsed.data, base_url: parsed.data.base_url.replace(/\/+$/, '') };
  const findings = checkDocument(document);
  if (findings.length > 0) return moved(findings);
  return { ok: true, document, form, warnings: [...warnings, ...authWarnings(document, form)] };
}

/** Legal but worth saying: without URLs nobody can sign in, so each connection needs a token from elsewhere. */
function authWarnings({ auth }: IntegrationDocument, form: 'integration' | 'single_tool'): Issue[] {
  if (auth.type !== 'oauth2' || auth.token_url !== undefined) return [];
  const path = form === 'integration' ? 'auth.token_url' : 'auth_type';
  return [
    {
      path,
      message: 'without authorize_url and token_url there is no sign-in flow; connections are added with a token',
    },
  ];
}

function refused(findings: readonly Finding[]): NormalisedDocument {
  const issues = findings.map(
    ({ path, message, suggestion }): Issue => ({
      path: joinPath('', path),
      message,
      ...(suggestion !== undefined && { suggestion }),
    }),
  );
  const seen = new Set<string>();
  return {
    ok: false,
    issues: issues.filter(({ path, message }) => !seen.has(`${path}\n${message}`) && seen.add(`${path}\n${message}`)),
  };
}
