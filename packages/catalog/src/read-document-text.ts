import { type Issue, PatchbayError } from '@patchbay/contracts';
import { locateInText } from './locate-in-text.ts';
import { type NormalisedDocument, normaliseDocument } from './normalise-document.ts';
import { parseDocumentText } from './parse-document-text.ts';
import { noSuchField } from './shape-findings.ts';

/** A read document with the data it was written as; null where the text is no data at all. */
export type DocumentText = NormalisedDocument & { readonly input: unknown };

/**
 * A document's text, YAML or JSON, in either form: read, checked and normalised. Every issue and warning says its line and
 * column in the text. Throws nothing for what can be wrong with a text.
 */
export function readDocumentText(text: string): DocumentText {
  let input: unknown;
  try {
    input = parseDocumentText(text);
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    return { ok: false, issues: error.body.details['issues'] as Issue[], input: null };
  }
  const normal = normaliseDocument(input);
  const found = normal.ok ? normal.warnings : normal.issues;
  if (found.length === 0) return { ...normal, input };
  const locate = locateInText(text);
  const located = found.map((issue) => ({ ...issue, ...locate(issue.path, issue.message === noSuchField) }));
  return normal.ok ? { ...normal, warnings: located, input } : { ok: false, issues: located, input };
}
