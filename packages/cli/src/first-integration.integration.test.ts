import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from '@patchbay/launcher';
import { expect, test, vi } from 'vitest';
import { cli, directoryWith } from './running-patchbay.fixture.ts';

const pageOf = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../docs/${name}.md`, import.meta.url)), 'utf8');

/** Another test may take the usual ones at the same moment. */
const anyPorts = 'gateway=0,ingress=0,sandbox=0';

/** What a reader does, in order. */
type Step =
  | { readonly kind: 'save'; readonly file: string; readonly text: string }
  | { readonly kind: 'change'; readonly from: string; readonly to: string }
  | { readonly kind: 'delete'; readonly file: string }
  | { readonly kind: 'run'; readonly lines: readonly string[]; readonly expected: readonly string[] };

function stepsOf(markdown: string): Step[] {
  const pattern = /```(yaml|sh|text)\n([\s\S]*?)```|Change\s+`([^`]+)`\s+to\s+`([^`]+)`|Delete `([^`]+)`/g;
  const steps: Step[] = [];
  for (const [, fence, body = '', from, to, gone] of markdown.matchAll(pattern)) {
    const lines = body.split('\n').filter((line) => line.trim() !== '');
    const last = steps.at(-1);
    if (fence === 'yaml') steps.push({ kind: 'save', file: (lines[0] as string).replace('# ', ''), text: body });
    else if (fence === 'sh') steps.push({ kind: 'run', lines, expected: [] });
    else if (fence === 'text' && last?.kind === 'run') steps[steps.length - 1] = { ...last, expected: lines };
    else if (from !== undefined) steps.push({ kind: 'change', from, to: to as string });
    else if (gone !== undefined) steps.push({ kind: 'delete', file: gone });
  }
  return steps;
}

/** Words of a line as a shell has them, without the program's name. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)]
    .map((match) => match[1] ?? match[2] ?? (match[3] as string))
    .slice(2);
}

/** A line of the page as it may stand in an output: `…` is anything on the line. */
const shown = (line: string) =>
  new RegExp(
    line
      .trim()
      .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      .replaceAll('…', '.*'),
  );

test('what the pages say can be done, in their order, and shows what they show', async () => {
  const steps = stepsOf(pageOf('first-integration'));
  const untrusted = stepsOf(pageOf('untrusted-data'));
  expect(untrusted.map(({ kind }) => kind)).toEqual(['save', 'run']);
  expect(steps.map(({ kind }) => kind).join(' ')).toBe(
    'run save run change run change save run run save run run delete',
  );
  const cwd = directoryWith();
  mkdirSync(join(cwd, 'integrations'));
  const written: string[] = [];
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<void>();
  const running = launch(
    ['--json', '--ports', anyPorts, '--state', join(cwd, '.patchbay'), '--integrations', join(cwd, 'integrations')],
    (text) => written.push(text),
    interrupted,
  );
  // What it fails with is looked at below.
  running.catch(() => {});
  try {
    await vi.waitFor(() => expect(written).toHaveLength(1), 100_000);
    for (const step of [...steps, ...untrusted]) {
      if (step.kind === 'save') writeFileSync(join(cwd, step.file), step.text);
      else if (step.kind === 'delete') rmSync(join(cwd, step.file));
      else if (step.kind === 'change') {
        const file = join(cwd, 'integrations/bakery.yaml');
        const text = readFileSync(file, 'utf8');
        expect(text).toContain(step.from);
        writeFileSync(file, text.replace(step.from, step.to));
      } else await runs(step, cwd);
    }
    await vi.waitFor(async () => {
      const { out, err } = await cli(['exec', 'bakery_find_cakes', 'flavour=lemon'], { cwd });
      expect(out + err).toContain('tool_not_found');
    }, 20_000);
  } finally {
    interrupt();
    await running;
  }
}, 180_000);

/** Until the output is what the page shows: a person is slower than the folder, and this is not. */
async function runs({ lines, expected }: Extract<Step, { kind: 'run' }>, cwd: string): Promise<void> {
  const commands = lines.filter((line) => line !== 'mkdir -p integrations' && line !== 'npm start');
  for (const line of commands) expect(line).toMatch(/^npx patchbay /);
  let tries = 0;
  await vi.waitFor(
    async () => {
      tries++;
      let output = '';
      for (const line of commands) {
        // A key keeps its first answer, which may have come before the sandbox knew of the tool.
        const words = wordsOf(line).map((word, at, all) => (all[at - 1] === '--key' ? `${word}-${tries}` : word));
        const { out, err } = await cli(words, { cwd });
        output += `${out}\n${err}\n`;
      }
      for (const line of expected) expect(output).toMatch(shown(line));
    },
    { timeout: 30_000, interval: 50 },
  );
}
