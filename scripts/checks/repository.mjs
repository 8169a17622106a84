import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the checks of ours look at.
 * @typedef {{ root: string, files: string[], read: (file: string) => string }} Repository
 *   `files` are paths from `root` with forward slashes.
 *
 * A check is a module with `name` and `findings(repository)`, which returns one line of text for each thing wrong,
 * beginning with the file and, where there is one, the line: `packages/x/src/y.ts:12 says what is wrong`.
 */

/** The files git knows or would add; what it ignores is nobody's business here. */
export function openRepository(root) {
  const { stdout, status } = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error('git cannot list the files of this checkout; the checks need a git checkout.');
  const files = [...new Set(stdout.split('\0'))].filter((file) => file !== '' && existsSync(join(root, file))).sort();
  return { root, files, read: (file) => readFileSync(join(root, file), 'utf8') };
}

/** A repository made of texts, for tests of the checks. */
export function repositoryOf(texts) {
  return { root: '/', files: Object.keys(texts), read: (file) => texts[file] };
}

/** Whether the file exists to test others: it may use what production code may not. */
export function isTestFile(file) {
  return (
    /\.test\.m?[jt]s$|\.(test-support|fixture)\.m?[jt]s$/.test(file) ||
    /^(packages|services)\/[^/]+\/test\//.test(file) ||
    file.startsWith('test-e2e/')
  );
}

/** TypeScript and JavaScript sources, without declarations. */
export function sourceFiles({ files }) {
  return files.filter((file) => /\.(m?[jt]s|tsx)$/.test(file) && !/\.d\.m?ts$/.test(file));
}
