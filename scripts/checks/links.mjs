import { posix } from 'node:path';

export const name = 'links in documents';

/** Relative links of Markdown files to a file, a directory or a heading that does not exist. */
export function findings({ files, read }) {
  const known = new Set(files);
  for (const file of files) for (let at = posix.dirname(file); at !== '.'; at = posix.dirname(at)) known.add(at);
  known.add('.');
  const documents = files.filter((file) => file.endsWith('.md'));
  const headings = new Map(documents.map((file) => [file, headingsOf(read(file))]));
  return documents.flatMap((file) =>
    linksOf(read(file)).flatMap(({ target, line }) => {
      if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)) return [];
      const [path, anchor] = decodeURI(target).split('#');
      const reached = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), path)).replace(/\/$/, '');
      if (!known.has(reached)) return [`${file}:${line} links to ${target}, and there is no ${reached}`];
      if (anchor && headings.has(reached) && !headings.get(reached).has(anchor))
        return [`${file}:${line} links to ${target}, and ${reached} has no such heading`];
      return [];
    }),
  );
}

/** Lines outside code fences, with code spans blanked. */
function proseOf(text) {
  let fence = null;
  return text.split('\n').map((line) => {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (mark !== undefined && (fence === null || line.trim().startsWith(fence))) {
      fence = fence === null ? mark : null;
      return '';
    }
    return fence === null ? line : '';
  });
}

function linksOf(text) {
  return proseOf(text).flatMap((line, index) => {
    const plain = line.replace(/`[^`]*`/g, '');
    const inline = [...plain.matchAll(/\]\(\s*<?([^()\s>]+(?:\([^()\s]*\)[^()\s>]*)?)>?(?:\s+["'(][^)]*)?\)/g)];
    const reference = [...plain.matchAll(/^\s{0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/g)];
    return [...inline, ...reference].map((match) => ({ target: match[1], line: index + 1 }));
  });
}

/** The anchors a heading gets on GitHub: lower case, punctuation dropped, spaces to hyphens, repeats numbered. */
function headingsOf(text) {
  const anchors = new Set();
  for (const line of proseOf(text)) {
    const explicit = [...line.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)].map((match) => match[1]);
    for (const anchor of explicit) anchors.add(anchor);
    const title = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (title === undefined) continue;
    const base = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let anchor = base;
    for (let repeat = 1; anchors.has(anchor); repeat++) anchor = `${base}-${repeat}`;
    anchors.add(anchor);
  }
  return anchors;
}
