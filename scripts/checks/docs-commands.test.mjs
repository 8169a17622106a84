import { expect, it } from 'vitest';
import { root } from '../bootstrap.mjs';
import { findings } from './docs-commands.mjs';
import { openRepository } from './repository.mjs';

const real = openRepository(root);
/** The checkout with one document in the place of all, so that files, scripts and tools are the real ones. */
const check = (text) => {
  const files = [...real.files.filter((file) => !file.endsWith('.md')), 'docs/a.md'];
  return findings({ ...real, files, read: (file) => (file === 'docs/a.md' ? text : real.read(file)) });
};
const fence = (text, language = 'sh') => `\n\`\`\`${language}\n${text}\n\`\`\`\n`;

it('accepts what can be run', { timeout: 60_000 }, async () => {
  const lines = [
    "npx patchbay exec slack_post_message channel='#sales' text=hello --key toolu_01A",
    'echo made-up | npx patchbay connections add slack - && npx patchbay connections list --json | jq .',
    'npx patchbay webhooks replay evt_… --subscription sub_…',
    'npm start -- --executors 4   # more of them',
    'npm test -- packages/egress',
    'npm run bench -- rest --json',
    // A name that stands in the program's own text alone.
    'npm run drill -- restore-postgres',
    'npm run faults -- --seconds 5 random-kills',
    'npm run vectors -w services/vault',
    'npx node examples/javascript/agent.mjs',
    'docker compose -f docker-compose.yml -f deploy/compose/cluster.yml up --wait',
    'OTHER=1 patchbay doctor > doctor.txt',
  ];
  expect(await check(fence(lines.join('\n')))).toEqual([]);
  expect(await check(fence('$ npx patchbay audit tail --once\naud_1 anything', 'console'))).toEqual([]);
  expect(
    await check('Use `patchbay keys`, `patchbay webhooks listen` or `patchbay submissions list [--all]`.'),
  ).toEqual([]);
});

const faulty = [
  ['npx patchbay exce slack_post_message', "unknown command 'exce'"],
  ['npx patchbay keys', 'a command is missing'],
  ['npx patchbay keys create', "missing required argument 'name'"],
  ['npx patchbay keys create me --rule owner', "unknown option '--rule'"],
  ['npx patchbay exec slack_post_massage a=b', "no tool 'slack_post_massage'"],
  ['npx patchbay integrations lint docs/examples/gone.yaml', 'there is no docs/examples/gone.yaml'],
  ['npm run benchmarks', "no script 'benchmarks'"],
  ['npm run bench -- naps', "knows no 'naps'"],
  ['npm run faults -- --minutes 5', 'no option --minutes'],
  ['npm start --executors 4', "stand after '--'"],
  ['npx node examples/javascript/gone.mjs', 'there is no examples/javascript/gone.mjs'],
  ['docker compose --profile nothing up', "no profile 'nothing'"],
  ['patchbya doctor', 'no program'],
];

it('reports each command that cannot be run, by its line', { timeout: 60_000 }, async () => {
  const found = await check(fence(faulty.map(([line]) => line).join('\n')));
  expect(found).toEqual(faulty.map(([, fault]) => expect.stringContaining(fault)));
  for (const [at, finding] of found.entries()) expect(finding).toMatch(new RegExp(`^docs/a\\.md:${at + 3} says '`));
});

it('reports a command in a sentence that there is not', async () => {
  expect(await check('Look with `patchbay keys lst`.')).toEqual([expect.stringContaining("unknown command 'lst'")]);
});
