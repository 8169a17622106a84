import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../bootstrap-steps/run.mjs';
import { documentsOf, fencesOf } from './markdown-code.mjs';

export const name = 'snippets in documents';

/** What snippets take from their reader's program, such as `agent`. */
const given = 'scripts/checks/docs-snippet-names.d.ts';

/**
 * Blocks of documents that are not what they say: `json` and `yaml` that do not parse, `ts` and `js` that do not typecheck.
 * @param {import('./repository.mjs').Repository} repository
 */
export async function findings(repository) {
  const programs = [];
  const found = documentsOf(repository).flatMap((file) =>
    fencesOf(repository.read(file)).flatMap((fence) => {
      if (/^(ts|js)$/.test(fence.language)) programs.push({ file, ...fence });
      const fault = { json: jsonFault, yaml: yamlFault }[fence.language]?.(fence.text) ?? null;
      return fault === null ? [] : [`${file}:${fence.line} is no ${fence.language}: ${fault}`];
    }),
  );
  return programs.length === 0 ? found : [...found, ...(await typeFaults(programs, repository))];
}

/** One value, or one on each line. */
function jsonFault(text) {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    try {
      for (const line of text.trim().split('\n')) JSON.parse(line);
      return null;
    } catch {
      return error.message;
    }
  }
}

function yamlFault(text) {
  const [error] = parseAllDocuments(text).flatMap(({ errors }) => errors);
  return error === undefined ? null : error.message.split('\n')[0];
}

/**
 * Each snippet is a module of its own, whose lines have the numbers that they have in their document. One that begins with its file's
 * name is found by others of the same directory under that name.
 */
async function typeFaults(programs, { root, files, read }) {
  const cache = join(root, 'node_modules', '.cache', 'patchbay');
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, 'docs-snippets-'));
  try {
    const documentOf = new Map();
    for (const [at, { file, line, text }] of programs.entries()) {
      const place = `${dirname(file)}/${/^\/\/ ([\w-]+\.ts)\n/.exec(text)?.[1] ?? `snippet-${at}.ts`}`;
      documentOf.set(place, file);
      mkdirSync(join(directory, dirname(place)), { recursive: true });
      writeFileSync(join(directory, place), `${'\n'.repeat(line - 1)}${text}export {};\n`);
    }
    const names = files.includes(given) ? ['names.d.ts'] : [];
    if (names.length > 0) writeFileSync(join(directory, 'names.d.ts'), read(given));
    const settings = {
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: { types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
      files: [...names, ...documentOf.keys()],
    };
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(settings));
    writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
    const compiler = join(root, 'node_modules', '.bin', 'tsc');
    const { status, output } = await run(process.execPath, [compiler, '--pretty', 'false', '-p', '.'], {
      cwd: directory,
    });
    if (status === 0) return [];
    return output
      .trim()
      .split('\n')
      .map((text) =>
        text.replace(/^(\S+\.ts)\((\d+),\d+\):/, (all, place, line) =>
          documentOf.has(place) ? `${documentOf.get(place)}:${line}` : all,
        ),
      );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
