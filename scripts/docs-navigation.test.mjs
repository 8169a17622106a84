import { expect, it } from 'vitest';
import { root } from './bootstrap.mjs';
import { openRepository } from './checks/repository.mjs';
import { navigationOf, placeOf, titleOf } from './docs-navigation.mjs';

it('has every document once, those that are named nowhere at the end, and no others', () => {
  const files = [
    'README.md',
    'docs/adr/2.md',
    'docs/adr/1.md',
    'docs/new.md',
    'docs/tutorial/2-b.md',
    'docs/tutorial/1-a.md',
  ];
  expect(navigationOf([...files, 'packages/x/README.md', 'docs/policies.md', 'SECURITY.md'])).toEqual([
    { title: 'Tutorial', pages: ['docs/tutorial/1-a.md', 'docs/tutorial/2-b.md'], folded: false },
    { title: 'Rules and personal data', pages: ['docs/policies.md'], folded: false },
    { title: 'Security', pages: ['SECURITY.md'], folded: false },
    { title: 'More', pages: ['docs/new.md'], folded: false },
    { title: 'Decisions', pages: ['docs/adr/1.md', 'docs/adr/2.md'], folded: true },
  ]);
});

it('finds a title in each document of this checkout', () => {
  const { files, read } = openRepository(root);
  const pages = navigationOf(files.filter((file) => file.endsWith('.md'))).flatMap((group) => group.pages);
  expect(pages.length).toBeGreaterThan(50);
  expect(pages.filter((page) => titleOf(read(page)) === '')).toEqual([]);
});

it('takes a title without its marks', () => {
  expect(titleOf('<!-- x -->\n\n# The `patchbay` [command](x.md)\n\n# Other')).toBe('The patchbay command');
});

it.each([
  ['README.md', 'index.md'],
  ['SECURITY.md', 'security.md'],
  ['docs/errors.md', 'errors.md'],
  ['docs/tutorial/1-start.md', 'tutorial/1-start.md'],
])('has %s at %s', (page, place) => {
  expect(placeOf(page)).toBe(place);
});
