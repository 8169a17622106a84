import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCatalog } from '@patchbay/catalog';
import { expect, test } from 'vitest';
import { readCatalogueIds } from './catalogue-files.ts';

test('the ids are those of the documents the catalogue loads', async () => {
  const documents = await loadCatalog();
  expect([...(await readCatalogueIds())].sort()).toEqual(documents.map(({ id }) => id).sort());
});

test('only YAML files count', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'patchbay-catalogue-'));
  for (const name of ['crm.yaml', 'README.md', 'crm.yaml.bak']) writeFileSync(join(dir, name), '');
  expect([...(await readCatalogueIds(dir))]).toEqual(['crm']);
  rmSync(dir, { recursive: true });
});
