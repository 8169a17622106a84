/**
 * Documents whose code readers use. Decisions are left out: they say what was so on their day.
 * @param {import('./repository.mjs').Repository} repository
 */
export function documentsOf({ files }) {
  return files.filter((file) => file.endsWith('.md') && !file.startsWith('docs/adr/') && !file.includes('/fixtures/'));
}

/**
 * Fenced blocks of a Markdown text.
 * @returns {{ language: string, marks: string[], line: number, text: string }[]} `line` is that of the fence's first line of code,
 *   counted from 1; `marks` are the words after the language. A block in a list is given without the list's indentation.
 */
export function fencesOf(text) {
  const fences = [];
  let open = null;
  for (const [index, line] of text.split('\n').entries()) {
    const mark = /^(\s*)(`{3,}|~{3,})\s*(.*)$/.exec(line);
    if (open === null) {
      if (mark === null) continue;
      const [language = '', ...marks] = mark[3].trim().split(/\s+/);
      open = { indent: mark[1].length, mark: mark[2], fence: { language, marks, line: index + 2, lines: [] } };
    } else if (mark !== null && mark[3] === '' && mark[2].startsWith(open.mark)) {
      const { lines, ...fence } = open.fence;
      fences.push({ ...fence, text: lines.map((one) => `${one}\n`).join('') });
      open = null;
    } else open.fence.lines.push(line.slice(Math.min(open.indent, line.search(/\S|$/))));
  }
  return fences;
}

/**
 * Code within sentences of a Markdown text.
 * @returns {{ text: string, line: number }[]}
 */
export function codeSpansOf(text) {
  let fence = null;
  return text.split('\n').flatMap((line, index) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === null || line.trim().startsWith(fence))) {
      fence = fence === null ? mark : null;
      return [];
    }
    if (fence !== null) return [];
    return [...line.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map((match) => ({ text: match[1], line: index + 1 }));
  });
}
