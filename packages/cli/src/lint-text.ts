import {
  type LintFinding,
  lintDocument,
  lintInput,
  locateInText,
  readDocumentText,
  toolNamesOf,
} from '@patchbay/catalog';
import type { Issue } from '@patchbay/contracts';

/** A finding with its place in the text, and the word that was probably meant. */
export type LocatedFinding = LintFinding & Pick<Issue, 'line' | 'column' | 'suggestion'>;

/** What was found in one document. The names are null when it cannot be used. */
export interface LintedFile {
  readonly file: string;
  readonly form: 'integration' | 'single_tool' | null;
  readonly integration: string | null;
  readonly version: string | null;
  readonly tools: readonly string[];
  readonly findings: readonly LocatedFinding[];
}

/**
 * Everything that is wrong with a document's text, or could be better. Either form; needs no server. The
 * single-tool form has no place for most of what the linter asks for, so there it advises only.
 */
export function lintText(file: string, text: string): LintedFile {
  const unusable = (findings: LocatedFinding[]): LintedFile => ({
    file,
    form: null,
    integration: null,
    version: null,
    tools: [],
    findings,
  });
  const read = readDocumentText(text);
  if (!read.ok)
    return unusable(
      // Without a path the text itself could not be read.
      read.issues.map((issue) => ({ severity: 'error', rule: issue.path === '' ? 'syntax' : 'document', ...issue })),
    );
  const locate = locateInText(text);
  const { document, form, warnings, input } = read;
  return {
    file,
    form,
    integration: document.id,
    version: document.version,
    tools: toolNamesOf(document),
    findings: [
      ...warnings.map((issue) => ({ severity: 'warning' as const, rule: 'document', ...issue })),
      ...[...lintDocument(document), ...(form === 'integration' ? lintInput(input) : [])].map((finding) => ({
        ...finding,
        ...locate(finding.path),
        ...(form === 'single_tool' && { severity: 'warning' as const }),
      })),
    ],
  };
}
