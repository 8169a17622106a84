import type { IntegrationDocument } from '@patchbay/contracts';
import { type Finding, finding } from '../finding.ts';
import { callsOf, toolEntries } from '../tool-calls.ts';
import { checkVariables } from './urls.ts';

/** Headers that belong to the HTTP layer (RFC 9110 §7, RFC 9112): a document that set them could split or reroute a request. */
const transportHeaders = new Set([
  'host',
  'content-length',
  'connection',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'keep-alive',
  'expect',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
]);
const credentialHeaders = new Set(['authorization', 'cookie']);

/** Why the header may not be set by a document. `forCredential`: it is the credential's own place. */
export function headerProblem(name: string, forCredential = false): string | undefined {
  const lower = name.toLowerCase();
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/.test(lower)) return `'${name}' is not a header name`;
  if (transportHeaders.has(lower)) return `the header ${lower} belongs to the HTTP layer`;
  if (!forCredential && credentialHeaders.has(lower)) return `the header ${lower} is set from the credential alone`;
  return undefined;
}

/** Fixed headers and query parameters of the document and of each call. */
export function checkFixedFields(document: IntegrationDocument): Finding[] {
  const findings = checkHeaders(document, document.headers, ['headers']);
  for (const entry of toolEntries(document)) {
    for (const { request, path } of callsOf(entry)) {
      findings.push(...checkHeaders(document, request.headers, [...path, 'request', 'headers']));
      for (const [name, text] of Object.entries(request.query ?? {})) {
        findings.push(...checkVariables(document, text, [...path, 'request', 'query', name]));
      }
    }
  }
  return findings;
}

function checkHeaders(
  document: IntegrationDocument,
  headers: Record<string, string> | undefined,
  path: readonly PropertyKey[],
): Finding[] {
  return Object.entries(headers ?? {}).flatMap(([name, text]) => {
    const at = [...path, name];
    const problem = headerProblem(name);
    if (problem !== undefined) return [finding(at, problem)];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a header value must not hold.
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text))
      return [finding(at, 'a header value may not hold line breaks or control characters')];
    return checkVariables(document, text, at);
  });
}
