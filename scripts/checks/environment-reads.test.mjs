import { expect, it } from 'vitest';
import { findings } from './environment-reads.mjs';
import { repositoryOf } from './repository.mjs';

it.each([
  'const x = process.env.HOME;',
  "const x = process['env'];",
  "import { env } from 'node:process';",
  'const { PATH } = process.env;',
])('reports %s outside config.ts', (text) => {
  expect(findings(repositoryOf({ 'services/x/src/main.ts': `\n${text}` }))).toEqual([
    'services/x/src/main.ts:2 reads the environment; take the value from config.ts',
  ]);
});

it.each([
  'services/x/src/config.ts',
  'services/x/src/main.test.ts',
  'scripts/x.mjs',
  'test-e2e/x.ts',
  'services/x/test/servers.ts',
])('allows it in %s', (file) => {
  expect(findings(repositoryOf({ [file]: 'const x = process.env.HOME;' }))).toEqual([]);
});

it('does not mind a comment about it', () => {
  expect(
    findings(
      repositoryOf({ 'services/x/src/main.ts': '// process.env is for config.ts\n/** process.env */\n * process.env' }),
    ),
  ).toEqual([]);
});
