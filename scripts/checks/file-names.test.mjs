import { expect, it } from 'vitest';
import { findings } from './file-names.mjs';
import { repositoryOf } from './repository.mjs';

const named = (...files) => findings(repositoryOf(Object.fromEntries(files.map((file) => [file, '']))));

it.each([
  'packages/shared/src/x.ts',
  'services/x/src/utils.ts',
  'services/x/src/connection-manager.ts',
  'services/x/src/common/y.ts',
  'services/x/src/Helpers.ts',
])('refuses the empty word in %s', (file) => {
  expect(named(file).join('\n')).toContain('name it after what it does');
});

it('reports a directory once, however many files it holds', () => {
  expect(named('packages/shared/a.ts', 'packages/shared/b.ts')).toEqual([
    "packages/shared is named 'shared'; name it after what it does",
  ]);
});

it.each(['services/x/src/leaseCredential.ts', 'services/x/src/lease_credential.ts', 'scripts/Check.mjs'])(
  'refuses %s, which is not kebab-case',
  (file) => {
    expect(named(file)).toEqual([`${file} is not in kebab-case`]);
  },
);

it('allows kebab-case, tests beside sources, and the names that conventions fix', () => {
  expect(
    named(
      'README.md',
      'docs/adr/0001-a.md',
      'services/x/src/lease-credential.integration.test.ts',
      'packages/x/src/server-binaries.d.mts',
      'vitest.config.ts',
    ),
  ).toEqual([]);
});
