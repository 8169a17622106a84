import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { cli } from './running-patchbay.fixture.ts';

/** What a reader of a document does, in order. */
export type DocumentStep =
  | { readonly kind: 'save'; readonly file: string; readonly text: string }
  | { readonly kind: 'change'; readonly file: string; readonly from: string; readonly to: string }
  | { readonly kind: 'delete'; readonly file: string }
  /** `until`: it goes on, and is stopped when this was done with what it printed. */
  | {
      readonly kind: 'run';
      readonly lines: readonly string[];
      readonly expected: readonly string[];
      readonly background: boolean;
    };

/**
 * The steps of a document: blocks that begin with their file's name are saved, `text file=NAME` too; blocks `sh run` are run, and
 * print what the `text` after them has, in which `…` is anything on the line; `sh run=background` goes on. In sentences: Change
 * `this` to `that`, in the file that was saved last; Delete `file`.
 */
export function stepsOf(markdown: string): DocumentStep[] {
  const pattern = /^```(\w+)([^\n]*)\n([\s\S]*?)^```$|Change\s+`([^`]+)`\s+to\s+`([^`]+)`|Delete `([^`]+)`/gm;
  const steps: DocumentStep[] = [];
  let saved = '';
  for (const [, language, marks = '', body = '', from, to, gone] of markdown.matchAll(pattern)) {
    const lines = body.split('\n').filter((line) => line.trim() !== '');
    const last = steps.at(-1);
    const named =
      /^(?:#|\/\/|<!--) ([\w./-]+\.\w+)(?: -->)?$/.exec(lines[0] ?? '')?.[1] ?? /file=(\S+)/.exec(marks)?.[1];
    if (from !== undefined) steps.push({ kind: 'change', file: saved, from, to: to as string });
    else if (gone !== undefined) steps.push({ kind: 'delete', file: gone });
    else if (named !== undefined && language !== 'sh') {
      saved = named;
      steps.push({ kind: 'save', file: named, text: body });
    } else if (language === 'sh' && marks.trim().startsWith('run'))
      steps.push({ kind: 'run', lines: typed(body), expected: [], background: marks.includes('=background') });
    else if (language === 'text' && last?.kind === 'run' && last.expected.length === 0)
      steps[steps.length - 1] = { ...last, expected: lines };
  }
  return steps;
}

/** Does the steps in a directory whose Patchbay runs; `talk` is given the address that a program in the background prints. */
export async function follow(
  steps: readonly DocumentStep[],
  cwd: string,
  talk: (url: string) => Promise<void> = async () => {},
): Promise<void> {
  for (const step of steps) {
    if (step.kind === 'save') writeFileSync(join(cwd, step.file), step.text);
    else if (step.kind === 'delete') rmSync(join(cwd, step.file));
    else if (step.kind === 'change') {
      const text = readFileSync(join(cwd, step.file), 'utf8');
      expect(text).toContain(step.from);
      writeFileSync(join(cwd, step.file), text.replace(step.from, step.to));
    } else if (step.background) await inBackground(step.lines[0] as string, step.expected, cwd, talk);
    else await shows(step, cwd);
  }
}

/** Until the output is what the page shows: a person is slower than the folder, and this is not. */
async function shows({ lines, expected }: Extract<DocumentStep, { kind: 'run' }>, cwd: string): Promise<void> {
  let tries = 0;
  await vi.waitFor(
    async () => {
      tries++;
      let output = '';
      for (const line of lines) output += await run(line, cwd, tries);
      for (const line of expected) expect(output).toMatch(shown(line));
    },
    { timeout: 60_000, interval: 50 },
  );
}

/** `npx patchbay …` and `npx node FILE`, with what documents put around them: `echo … |`, `< file`, `> file`. */
async function run(line: string, cwd: string, tries: number): Promise<string> {
  const [, given, command = '', from, into] =
    /^(?:echo (.+?) \| )?(npx (?:patchbay|node) .*?)(?: < (\S+))?(?: > (\S+))?$/.exec(line) ?? [];
  if (command === '') throw new Error(`The test does not know how to run: ${line}`);
  const input = given === undefined ? from && readFileSync(join(cwd, from), 'utf8') : wordsOf(given).join(' ');
  const words = wordsOf(command).slice(1);
  if (words[0] === 'node') return program(words.slice(1), cwd, input);
  const asked = words.slice(1);
  // A key keeps its first answer, which may have come before the sandbox knew of the tool.
  const ofKey = (at: number) => asked[0] === 'exec' && asked[at - 1] === '--key';
  const argv = asked.map((word, at) => (ofKey(at) ? `${word}-${tries}` : word));
  const { out, err } = await cli(argv, { cwd, ...(input !== undefined && { input }) });
  if (into !== undefined) writeFileSync(join(cwd, into), out);
  return `${out}\n${err}\n`;
}

function program(argv: readonly string[], cwd: string, input = ''): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const child = spawn(process.execPath, argv, { cwd, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  child.stdin.end(input);
  child.once('close', () => resolve(output));
  return promise;
}

async function inBackground(
  line: string,
  expected: readonly string[],
  cwd: string,
  talk: (url: string) => Promise<void>,
): Promise<void> {
  // On any free port: another test may take the usual one at the same moment.
  const child = spawn(process.execPath, [...wordsOf(line).slice(2), '0'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    await vi.waitFor(() => {
      for (const one of expected) expect(output.replace(/:\d+$/m, ':7800')).toMatch(shown(one));
    }, 30_000);
    await talk(/http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] as string);
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

/** Commands, each on one line; comments are the reader's. */
function typed(block: string): string[] {
  return block
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/\s+#\s.*$/, '').trim())
    .filter((line) => line !== '' && line !== 'mkdir -p integrations' && line !== 'npm start');
}

/** Words as a shell has them. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single),
  );
}

/** A line of the page as it may stand in an output. */
function shown(line: string): RegExp {
  const text = line.trim().replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(text.replaceAll('…', '.*'));
}
