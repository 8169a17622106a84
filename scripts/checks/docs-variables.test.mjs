import { expect, it } from 'vitest';
import { findings } from './docs-variables.mjs';
import { repositoryOf } from './repository.mjs';

it('reports a variable that nothing reads, and none that something does', () => {
  const texts = {
    'services/a/src/config.ts': 'PATCHBAY_ONE: z.string()',
    'services/a/src/config.test.ts': 'PATCHBAY_TWO PATCHBAY_TEST_MORE',
    'docs/a.md':
      '`PATCHBAY_ONE`\nand PATCHBAY_TWO or $PATCHBAY_ONE\nexport PATCHBAY_OWN=1\nPATCHBAY_TEST_MORE and $PATCHBAY_OWN',
    'docs/adr/1.md': 'PATCHBAY_GONE',
  };
  expect(findings(repositoryOf(texts))).toEqual(['docs/a.md:2 names PATCHBAY_TWO, which nothing reads']);
});
