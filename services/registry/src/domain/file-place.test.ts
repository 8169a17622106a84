import { expect, test } from 'vitest';
import { isDocumentFile, isTenantFolder, placeOfFile } from './file-place.ts';
import { versionForFile } from './version-for-file.ts';

test.each([
  ['crm.yaml', { scope: '_platform', integration: 'crm' }],
  ['crm.yml', { scope: '_platform', integration: 'crm' }],
  ['acme/crm_2.json', { scope: 'acme', integration: 'crm_2' }],
])('%s says whose it is', (file, place) => expect(placeOfFile(file)).toEqual(place));

test.each([
  ['My-CRM.yaml', /name before its ending/],
  ['Acme/crm.yaml', /folder 'Acme'/],
  ['all/crm.yaml', /folder 'all'/],
])('%s says nothing that counts', (file, problem) =>
  expect(placeOfFile(file)).toEqual({ problem: expect.stringMatching(problem) }),
);

test('what editors leave behind is nobody’s business', () => {
  const names = ['.crm.yaml', 'crm.yaml~', '.crm.yaml.swp', 'crm.yaml.tmp', 'README.md', '#crm.yaml#', '4913'];
  expect(names.filter(isDocumentFile)).toEqual([]);
  expect(['.git', 'acme'].filter(isTenantFolder)).toEqual(['acme']);
});

test.each([
  ['is the one it names where nothing stands', '1.0.0', [], '1.0.0'],
  ['is the one it names where just this stands', '1.0.0', [['1.0.0', true]], '1.0.0'],
  ['is the next patch where something else stands', '1.0.0', [['1.0.0', false]], '1.0.1'],
  [
    'is the patch that a registry beside gave it',
    '1.0.0',
    [
      ['1.0.0', false],
      ['1.0.1', true],
    ],
    '1.0.1',
  ],
  [
    'is a new one when it comes back after another',
    '1.0.0',
    [
      ['1.0.0', true],
      ['1.0.9', false],
      ['1.0.10', false],
    ],
    '1.0.11',
  ],
  [
    'has nothing to do with other minor versions',
    '1.0.0',
    [
      ['1.1.0', false],
      ['0.9.0', false],
    ],
    '1.0.0',
  ],
  ['is the one it names above all that stand', '1.0.5', [['1.0.4', false]], '1.0.5'],
] as [string, string, [string, boolean][], string][])('the version of a file %s', (_what, named, present, expected) => {
  const versions = present.map(([version, sameContent]) => ({ version, sameContent }));
  expect(versionForFile(named, versions)).toBe(expected);
});
