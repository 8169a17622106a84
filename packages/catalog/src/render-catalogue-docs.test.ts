import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadCatalog } from './load-catalog.ts';
import { renderCatalogueDocs } from './render-catalogue-docs.ts';

test('docs/catalogue.md says what there is, to the letter', async () => {
  const written = await readFile(new URL('../../../docs/catalogue.md', import.meta.url), 'utf8');
  expect(written, 'run `npm run docs:catalogue`').toBe(renderCatalogueDocs(await loadCatalog()));
});

test('the page names every tool, and counts them', async () => {
  const documents = (await loadCatalog()).filter(({ id }) => id === 'slack' || id === 'stripe');
  const page = renderCatalogueDocs(documents);
  for (const { tools } of documents) for (const key of Object.keys(tools)) expect(page).toContain(key);
  const tools = documents.reduce((sum, one) => sum + Object.keys(one.tools).length, 0);
  expect(page).toContain(`| all | 2 | ${tools} |`);
});
