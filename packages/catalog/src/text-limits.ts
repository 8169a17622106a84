/** Longest text read, in UTF-16 code units; the registry's message limit is the same. */
export const maxDocumentText = 900_000;
const maxTokens = 100_000;
const maxBrackets = 500;

/**
 * Why the text is not worth parsing, found in one pass. A YAML parser's work and stack grow with nesting and with the number
 * of values, so both are bounded before it starts. Brackets in quoted text count too, which a real document never notices.
 */
export function textProblem(text: string): string | undefined {
  if (text.length > maxDocumentText) return `the document is longer than ${maxDocumentText} characters`;
  // Block sequences, keys and mappings may nest on one line: `- - - x`.
  if (/(?:[-?:][ \t]+){64}/.test(text)) return 'the document is nested too deeply';
  let depth = 0;
  let tokens = 0;
  for (const char of text) {
    if (char === '[' || char === '{') {
      depth += 1;
      tokens += 1;
      if (depth > maxBrackets) return 'the document is nested too deeply';
    } else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
    else if (char === ',' || char === '\n') tokens += 1;
  }
  return tokens > maxTokens ? `the document holds more than ${maxTokens} values` : undefined;
}
