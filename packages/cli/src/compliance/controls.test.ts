import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout } from '../config.ts';
import { readControls, renderControls } from './controls.ts';

const frameworks = readControls();
const controls = frameworks.flatMap(({ framework, controls: of }) =>
  of.map((control) => [`${framework} ${control.id}`, control] as const),
);
const at = (...path: string[]) => join(checkout, ...path);

test.each(controls)('%s names pages and tests that are there', (_name, { docs, tests }) => {
  for (const page of docs) expect([page, existsSync(at('docs', page))]).toEqual([page, true]);
  for (const { file, title } of tests) {
    expect([file, existsSync(at(file))]).toEqual([file, true]);
    const text = readFileSync(at(file), 'utf8');
    expect([file, title, text.includes(title)]).toEqual([file, title, true]);
  }
});

test('the page is what the table says', () => {
  expect(readFileSync(at('docs', 'compliance', 'controls.md'), 'utf8')).toBe(renderControls(frameworks));
});
