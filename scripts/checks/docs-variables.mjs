import { documentsOf } from './markdown-code.mjs';
import { isTestFile } from './repository.mjs';

export const name = 'variables in documents';

const pattern = /\bPATCHBAY_[A-Z0-9_]*[A-Z0-9]\b/g;
const readsVariables = /\.(m?[jt]s|tsx|py|sh|ya?ml)$|Dockerfile$/;

/**
 * Environment variables of ours that documents name and nothing reads or sets. That each one which a service reads is documented, a
 * test of docs/operations.md holds.
 * @param {import('./repository.mjs').Repository} repository
 */
export function findings(repository) {
  const { files, read } = repository;
  const known = new Set();
  for (const file of files) {
    if (!readsVariables.test(file)) continue;
    for (const [variable] of read(file).matchAll(pattern))
      if (!isTestFile(file) || variable.startsWith('PATCHBAY_TEST_')) known.add(variable);
  }
  return documentsOf(repository).flatMap((file) => {
    const text = read(file);
    const own = new Set([...text.matchAll(/\bexport (PATCHBAY_[A-Z0-9_]+)=/g)].map(([, variable]) => variable));
    return text
      .split('\n')
      .flatMap((line, at) =>
        [...line.matchAll(pattern)]
          .filter(([variable]) => !known.has(variable) && !own.has(variable))
          .map(([variable]) => `${file}:${at + 1} names ${variable}, which nothing reads`),
      );
  });
}
