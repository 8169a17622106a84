import { type IntegrationDocument, toolNameOf } from '@patchbay/contracts';

export { isSupportedFormat, validatorOf } from './checks/json-schema.ts';
export { diffDocuments } from './diff/diff-documents.ts';
export { breakingRaise, smallRaise } from './diff/version-raise.ts';
export { digestOf } from './digest.ts';
export { type ArrangedTool, type Arrangement, arrangeTools } from './exports/arrange-tools.ts';
export { type ExportedTool, type ExportedTools, exportTool } from './exports/export-tool.ts';
export { inputSchemaOf, type ObjectSchema } from './input-schema.ts';
export { lintDocument } from './lint/lint-document.ts';
export { lintInput } from './lint/lint-input.ts';
export type { LintFinding } from './lint/rule.ts';
export {
  catalogDirectory,
  loadCatalog,
  loadIntegration,
  loadShipped,
  type ShippedChoice,
} from './load-catalog.ts';
export { type LocateInText, locateInText, type TextPosition } from './locate-in-text.ts';
export { type NormalisedDocument, normaliseDocument } from './normalise-document.ts';
export { parseDocumentText } from './parse-document-text.ts';
export { patternProblem } from './pattern-safety.ts';
export { type DocumentText, readDocumentText } from './read-document-text.ts';

/** The callable names of a document's tools, in the order written. */
export function toolNamesOf(document: IntegrationDocument): string[] {
  return Object.keys(document.tools).map((key) => toolNameOf(document, key));
}
