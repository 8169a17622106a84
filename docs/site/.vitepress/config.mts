import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { defineConfig } from 'vitepress';
import { keepBraces, settleLinks } from './markdown.mts';

/** Written by scripts/docs-site.mjs: groups of pages, and where each document is on the site. */
const { groups, places } = JSON.parse(readFileSync(new URL('../pages/navigation.json', import.meta.url), 'utf8'));

const documentAt = new Map(Object.entries<string>(places).map(([page, place]) => [place, page]));

// biome-ignore lint/style/noDefaultExport: VitePress looks for it.
export default defineConfig({
  title: 'Patchbay',
  description: 'Self-hosted tool registry and execution fabric for voice agents',
  lang: 'en',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: 'node_modules/.cache/vitepress',
  rewrites: places,
  metaChunk: true,
  markdown: {
    anchor: { slugify: githubSlug },
    // Braces in a heading are a part of a path.
    attrs: { disable: true },
    config(md) {
      settleLinks(md, (from, to) => {
        const document = documentAt.get(from) ?? from;
        return places[posix.normalize(posix.join(posix.dirname(document), to))] ?? null;
      });
      keepBraces(md);
    },
    languageAlias: { cedar: 'rust', console: 'sh' },
  },
  vite: { build: { chunkSizeWarningLimit: 4_000 } },
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    sidebar: groups,
    nav: [
      { text: 'Tutorial', link: '/tutorial/1-start' },
      { text: 'Commands', link: '/reference/cli' },
      { text: 'Errors', link: '/errors' },
      { text: 'Operations', link: '/operations' },
      { text: 'Security', link: '/security' },
    ],
  },
});

/** Anchors as GitHub makes them, so that links hold here and there. */
function githubSlug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
