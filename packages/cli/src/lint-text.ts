import { type LintFinding, lintDocument, normaliseDocument, parseDocumentText, toolNamesOf } from '@patchbay/catalog';
import { PatchbayError } from '@patchbay/contracts';

/** What was found in one document. The names are null when it cannot be used. */
export interface LintedFile {
  readonly file: string;
  readonly form: 'integration' | 'single_tool' | null;
  readonly integration: string | null;
  readonly version: string | null;
  readonly tools: readonly string[];
  readonly findings: readonly LintFinding[];
}

/**
 * Everything that is wrong with a document's text, or could be better. Either form; needs no server. The
 * single-tool form has no place for most of what the linter asks for, so there it advises only.
 */
export function lintText(file: string, text: string): LintedFile {
  const unusable = (findings: LintFinding[]): LintedFile => ({
    file,
    form: null,
    integration: null,
    version: null,
    tools: [],
    findings,
  });
  let input: unknown;
  try {
    input = parseDocumentText(text);
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    return unusable([{ severity: 'error', path: '', rule: 'syntax', message: error.message }]);
  }
  const normalised = normaliseDocument(input);
  if (!normalised.ok)
    return unusable(normalised.issues.map((issue) => ({ severity: 'error', rule: 'document', ...issue })));
  const { document, form, warnings } = normalised;
  return {
    file,
    form,
    integration: document.id,
    version: document.version,
    tools: toolNamesOf(document),
    findings: [
      ...warnings.map((issue) => ({ severity: 'warning' as const, rule: 'document', ...issue })),
      ...lintDocument(document).map((finding) =>
        form === 'single_tool' ? { ...finding, severity: 'warning' as const } : finding,
      ),
    ],
  };
}
