import { locateInText, normaliseDocument, readDocumentText } from '@patchbay/catalog';
import {
  type IntegrationDocument,
  IntegrationId,
  type Issue,
  type RegisterRequest,
  Version,
} from '@patchbay/contracts';
import { refusedDocument } from '../domain/refusals.ts';

export interface ReadDocument {
  readonly document: IntegrationDocument;
  readonly form: 'integration' | 'single_tool';
  readonly warnings: readonly Issue[];
  /** The issue with its place in the text; as it is where the document came as data. */
  readonly locate: (issue: Issue) => Issue;
}

/**
 * The document of a request, from data or from YAML or JSON text, in its normal form.
 * `onNamed` hears which integration and version it claims to be, as far as that can be told of a document that is refused.
 * @throws PatchbayError `invalid_request`; `details.issues` names every path in the document as it was written.
 */
export function readDocument(
  request: Pick<RegisterRequest, 'document' | 'text'>,
  onNamed: (named: { integration?: string; version?: string }) => void,
): ReadDocument {
  if ((request.document === undefined) === (request.text === undefined)) {
    const message =
      request.text === undefined
        ? 'give the document as data, or its text as YAML or JSON'
        : 'give either document or text, not both';
    throw refusedDocument([{ path: 'document', message }]);
  }
  const { input, ...normal } =
    request.text === undefined
      ? { ...normaliseDocument(request.document), input: request.document }
      : readDocumentText(request.text);
  onNamed(namesIn(input));
  if (!normal.ok) throw refusedDocument(normal.issues);
  onNamed({ integration: normal.document.id, version: normal.document.version });
  const { text } = request;
  return {
    ...normal,
    locate: (issue) => (text === undefined ? issue : { ...issue, ...locateInText(text)(issue.path) }),
  };
}

function namesIn(input: unknown): { integration?: string; version?: string } {
  if (input === null || typeof input !== 'object') return {};
  const id = IntegrationId.safeParse('id' in input ? input.id : undefined);
  const version = Version.safeParse('version' in input ? input.version : undefined);
  return { ...(id.success && { integration: id.data }), ...(version.success && { version: version.data }) };
}
