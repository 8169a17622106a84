import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillFromTemplate } from './pglite-template.ts';

let dir: string;
let template: string;
let database: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pglite-template-'));
  template = join(dir, 'template');
  database = join(dir, 'database');
  mkdirSync(join(template, 'base'), { recursive: true });
  writeFileSync(join(template, 'PG_VERSION'), '18\n');
  writeFileSync(join(template, 'base', '1'), 'a table');
  mkdirSync(database);
});
afterEach(() => rmSync(dir, { recursive: true }));

const textOf = (...path: string[]) => readFileSync(join(database, ...path), 'utf8');

describe('a directory without a database', () => {
  it('becomes a copy of the template', async () => {
    await fillFromTemplate(database, template);
    expect([textOf('PG_VERSION'), textOf('base', '1')]).toEqual(['18\n', 'a table']);
  });

  it('is copied anew where a copy was broken off', async () => {
    mkdirSync(join(database, 'base'));
    writeFileSync(join(database, 'base', '1'), 'a ta');
    await fillFromTemplate(database, template);
    expect([textOf('PG_VERSION'), textOf('base', '1')]).toEqual(['18\n', 'a table']);
  });

  it('stays empty where there is no template', async () => {
    await fillFromTemplate(database, join(dir, 'none'));
    expect(readdirSync(database)).toEqual([]);
  });
});

it('leaves a database alone', async () => {
  writeFileSync(join(database, 'PG_VERSION'), '18\n');
  await fillFromTemplate(database, template);
  expect(readdirSync(database)).toEqual(['PG_VERSION']);
});
