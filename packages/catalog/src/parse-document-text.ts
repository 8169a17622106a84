import { PatchbayError } from '@patchbay/contracts';
import { LineCounter, parseDocument } from 'yaml';

/** Longest text read, in UTF-16 code units; the registry's message limit is the same. */
export const maxDocumentText = 900_000;
/** Aliases may multiply a document by this much; past it the text is taken for a bomb. */
const maxAliasCount = 100;

/**
 * A document's text, YAML 1.2 or JSON, as data. Only the core types exist: a custom tag, a second document, a repeated
 * key or an alias bomb is refused. Throws `invalid_request`; `details.line` and `details.column` (from 1) say where.
 */
export function parseDocumentText(text: string): unknown {
  if (text.length > maxDocumentText) throw refusal(`the document is longer than ${maxDocumentText} characters`, 1, 1);
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { version: '1.2', schema: 'core', lineCounter: lines, prettyErrors: false });
    // An unknown tag is a warning to the parser; here it means the author expected something that would not happen.
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem !== undefined) {
      // Tabs as indentation are fine in JSON and an error in YAML; JSON.parse decides, unless it would drop a repeated key.
      const json = problem.code === 'DUPLICATE_KEY' ? undefined : asJson(text);
      if (json !== undefined) return json.value;
      const { line, col } = lines.linePos(problem.pos[0]);
      throw refusal(firstLine(problem.message), line, col);
    }
    return document.toJS({ maxAliasCount });
  } catch (error) {
    if (error instanceof PatchbayError) throw error;
    // The parser throws for excessive aliases (ReferenceError) and runs out of stack on absurd nesting (RangeError).
    const reason = error instanceof RangeError ? 'the document is nested too deeply' : 'the document uses too many aliases';
    throw refusal(reason, 1, 1);
  }
}

function asJson(text: string): { value: unknown } | undefined {
  const start = text.trimStart()[0];
  if (start !== '{' && start !== '[') return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function firstLine(message: string): string {
  return message.split('\n')[0] as string;
}

function refusal(reason: string, line: number, column: number): PatchbayError {
  const message = `${reason} (line ${line}, column ${column})`;
  return new PatchbayError('invalid_request', {
    message: `The document cannot be read: ${message}`,
    details: { line, column, issues: [{ path: '', message }] },
  });
}
