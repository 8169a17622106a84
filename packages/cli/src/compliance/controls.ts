import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkout } from '../config.ts';

const Control = z.strictObject({
  id: z.string().min(1),
  /** What the framework wants, in our words. */
  asks: z.string().min(1),
  answer: z.string().min(1),
  /** Relative to `docs`. */
  docs: z.array(z.string()).min(1),
  /** Tests that would fail: a file, and what of a title in it; empty for the file as a whole. */
  tests: z.array(z.strictObject({ file: z.string(), title: z.string() })),
});
export type Control = z.infer<typeof Control>;
const Frameworks = z.array(z.strictObject({ framework: z.string(), controls: z.array(Control).min(1) }));
export type Frameworks = z.infer<typeof Frameworks>;

export const controlsFile = join('docs', 'compliance', 'controls.yaml');

/** The table that docs/compliance/controls.yaml holds. @throws Error where it does not follow its schema. */
export function readControls(root: string = checkout): Frameworks {
  return Frameworks.parse(parse(readFileSync(join(root, controlsFile), 'utf8')));
}

/** The same as a page. */
export function renderControls(frameworks: Frameworks): string {
  const lines = [
    '# Controls',
    '',
    'What auditors ask for, what answers it, and which test would fail if it did not. Made by `npm run docs:compliance` of',
    '[controls.yaml](controls.yaml). The requirements are in our words. A control without a test is answered by a page alone.',
    '`patchbay compliance evidence` gathers what a running installation can show.',
  ];
  for (const { framework, controls } of frameworks) {
    lines.push('', `## ${framework}`, '', '| control | asks | answer | pages | tests |', '|---|---|---|---|---|');
    for (const { id, asks, answer, docs, tests } of controls)
      lines.push(
        `| ${id} | ${asks} | ${answer} | ${docs.map((page) => `[${page.replace(/^.*\//, '')}](../${page})`).join(', ')} | ${tests
          .map(({ file, title }) => `\`${file}\`${title === '' ? '' : `: ${title}`}`)
          .join('<br>')} |`,
      );
  }
  return `${lines.join('\n')}\n`;
}

if (import.meta.main) process.stdout.write(renderControls(readControls()));
