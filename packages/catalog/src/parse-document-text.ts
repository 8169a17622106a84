import { PatchbayError } from '@patchbay/contracts';
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { textProblem } from './text-limits.ts';

/** Aliases may multiply a document by this much; past it the text is taken for a bomb. */
const maxAliasCount = 100;

interface Problem {
  readonly reason: string;
  /** Where, as an offset into the text. */
  readonly offset: number;
}

/**
 * A document's text, YAML 1.2 or JSON, as data. Only the core types exist: a custom tag, a second document, a repeated
 * key or an alias bomb is refused. Throws `invalid_request`; `details.line` and `details.column` (from 1) say where.
 */
export function parseDocumentText(text: string): unknown {
  const limit = textProblem(text);
  if (limit !== undefined) throw refusal(limit, 1, 1);
  const lines = new LineCounter();
  const fail = ({ reason, offset }: Problem) => {
    const { line, col } = lines.linePos(offset);
    return refusal(reason, Math.max(1, line), Math.max(1, col));
  };
  try {
    // The parser's own search for repeated keys compares each with each; `repeatedKey` looks once.
    const options = {
      version: '1.2',
      schema: 'core',
      uniqueKeys: false,
      lineCounter: lines,
      prettyErrors: false,
    } as const;
    const document = parseDocument(text, options);
    // An unknown tag is a warning to the parser; here it means the author expected something that would not happen.
    const fault = document.errors[0] ?? document.warnings[0];
    // JSON may be indented with tabs, which YAML does not allow.
    const json = fault === undefined ? undefined : asJson(text);
    if (fault !== undefined && json === undefined)
      throw fail({ reason: firstLine(fault.message), offset: fault.pos[0] });
    const repeated = repeatedKey(document);
    if (repeated !== undefined) throw fail(repeated);
    return json === undefined ? document.toJS({ maxAliasCount }) : json.value;
  } catch (error) {
    if (error instanceof ReferenceError) throw fail(aliasProblem(error, text));
    throw error instanceof RangeError ? refusal('the document is nested too deeply', 1, 1) : error;
  }
}

function repeatedKey(document: Document): Problem | undefined {
  let problem: Problem | undefined;
  visit(document, {
    Map(_key, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) {
          problem = { reason: `the key '${name.slice(0, 60)}' stands twice in one map`, offset: key.range?.[0] ?? 0 };
          return visit.BREAK;
        }
        seen.add(name);
      }
      return undefined;
    },
  });
  return problem;
}

/** The parser throws when an alias has no anchor, and when aliases multiply too much. */
function aliasProblem(error: ReferenceError, text: string): Problem {
  const name = /^Unresolved alias .*: (\S+)$/.exec(error.message)?.[1];
  if (name === undefined) return { reason: 'the document uses too many aliases', offset: 0 };
  return { reason: `no anchor is called '${name}'`, offset: Math.max(0, text.indexOf(`*${name}`)) };
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
    details: { line, column, issues: [{ path: '', message, line, column }] },
  });
}
