import { globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from '@patchbay/launcher';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type DocumentStep, follow, stepsOf } from './document-steps.test-support.ts';
import { cli, directoryWith } from './running-patchbay.fixture.ts';

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
const stepsIn = (page: string) => stepsOf(readFileSync(join(checkout, page), 'utf8'));
const kinds = (steps: readonly DocumentStep[]) => steps.map(({ kind }) => kind).join(' ');

const tutorial = ['1-start', '2-tools', '3-agent', '4-talk', '5-rules', '6-afterwards'].map(
  (page) => `docs/tutorial/${page}.md`,
);
const pages = ['README.md', 'docs/first-integration.md', 'docs/untrusted-data.md', ...tutorial];

/** Another test may take the usual ones at the same moment. */
const anyPorts = 'gateway=0,ingress=0,sandbox=0';
const cwd = directoryWith();
const stop = Promise.withResolvers<void>();
let running: Promise<number>;

beforeAll(async () => {
  mkdirSync(join(cwd, 'integrations'));
  for (const name of ['docs', 'node_modules', 'package.json']) symlinkSync(join(checkout, name), join(cwd, name));
  const written: string[] = [];
  // As `npm start` does in the checkout, with less to register.
  const options = ['--state', join(cwd, '.patchbay'), '--integrations', join(cwd, 'integrations'), '--ports', anyPorts];
  running = launch(
    ['--json', '--catalogue', 'slack,google_calendar', ...options],
    (text) => written.push(text),
    stop.promise,
  );
  const ready = vi.waitFor(() => expect(written).toHaveLength(1), 280_000);
  await Promise.race([ready, running.then((code) => Promise.reject(new Error(`It ended with ${code}.`)))]);
}, 300_000);

afterAll(async () => {
  stop.resolve();
  await running;
}, 60_000);

const isGone = (tool: string, ...args: string[]) =>
  vi.waitFor(async () => {
    const { out, err } = await cli(['exec', tool, ...args], { cwd });
    expect(out + err).toContain('tool_not_found');
  }, 20_000);

test('every block that is marked to be run is run here', () => {
  const marked = globSync(['*.md', 'docs/**/*.md'], { cwd: checkout, exclude: ['**/node_modules/**'] }).filter((page) =>
    /^```sh run/m.test(readFileSync(join(checkout, page), 'utf8')),
  );
  expect(marked.sort()).toEqual([...pages].sort());
});

test('what the README says can be done, and shows what it shows', async () => {
  const steps = stepsIn('README.md');
  expect(kinds(steps)).toBe('run save run run run run');
  await follow(steps, cwd);
}, 180_000);

test('the pages on a first integration and on untrusted data do what they say, in their order', async () => {
  const steps = stepsIn('docs/first-integration.md');
  expect(kinds(steps)).toBe('save run change run change save run run save run run delete');
  await follow([...steps, ...stepsIn('docs/untrusted-data.md')], cwd);
  await isGone('bakery_find_cakes', 'flavour=lemon');
}, 180_000);

test('the tutorial does what it says, from a first call to a proof of the last', async () => {
  const steps = tutorial.flatMap(stepsIn);
  expect(kinds(steps)).toBe(
    'run run save run run save save save save run save save save run save save run save run run run run run delete',
  );
  await follow(steps, cwd, async (url) => {
    expect(await (await fetch(url)).text()).toContain('<title>Salon Ada</title>');
    const say = async (body: string) => (await fetch(url, { method: 'POST', body })).text();
    expect(await say('What is free on Tuesday?')).toContain('There is 09:00 and 14:30.\n');
    expect(await say('Please cancel my booking')).toBe('Shall I cancel booking S-104?\n');
  });
  await isGone('salon_find_times', 'day=tuesday');
}, 240_000);
