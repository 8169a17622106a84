import type { MarkdownRenderer } from 'vitepress';

/**
 * Points links at where the site has the document that they name. A link to another file of the checkout, such as a test or a
 * directory, becomes text that says where the file is. `placeOf(from, to)` gets the place on the site of the document that links, and
 * the link's path; null: the site has no such page.
 */
export function settleLinks(md: MarkdownRenderer, placeOf: (from: string, to: string) => string | null): void {
  // Before VitePress looks at them: where it has moved a document, it takes links for those of the new place.
  md.core.ruler.push('settle_links', ({ tokens, env }) => {
    const from: string = env.relativePath ?? '';
    for (const { children } of tokens) {
      let unlinked = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const [path = '', anchor] = decodeURI(token.attrGet('href') ?? '').split('#');
          unlinked = false;
          if (path === '' || /^([a-z][a-z0-9+.-]*:|\/)/i.test(path)) continue;
          const place = placeOf(from, path);
          unlinked = place === null;
          if (place !== null) token.attrSet('href', `/${place}${anchor === undefined ? '' : `#${anchor}`}`);
          else {
            token.tag = 'span';
            token.attrs = [['title', `In the checkout: ${path}`]];
          }
        } else if (token.type === 'link_close' && unlinked) {
          token.tag = 'span';
          unlinked = false;
        }
      }
    }
  });
}

/** Keeps doubled braces in sentences from being read as the site's own templates; blocks are kept from it anyway. */
export function keepBraces(md: MarkdownRenderer): void {
  md.core.ruler.push('keep_braces', ({ tokens }) => {
    // Between two braces a character without width: they look the same, and open no template.
    for (const { children } of tokens)
      for (const token of children ?? [])
        if (/^(text|code_inline)$/.test(token.type)) token.content = token.content.replaceAll('{{', '{\u200B{');
  });
}
