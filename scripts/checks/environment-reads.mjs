import { isTestFile, sourceFiles } from './repository.mjs';

export const name = 'environment reads';

/** Sources other than config.ts, and vitest's, that read environment variables. Scripts run before there is a configuration. */
export function findings(repository) {
  return sourceFiles(repository)
    .filter((file) => !isTestFile(file) && !file.startsWith('scripts/') && !/(^|\/)(vitest\.)?config\.ts$/.test(file))
    .flatMap((file) =>
      repository
        .read(file)
        .split('\n')
        .flatMap((line, index) =>
          readsEnvironment(line) ? [`${file}:${index + 1} reads the environment; take the value from config.ts`] : [],
        ),
    );
}

function readsEnvironment(line) {
  if (/^\s*(\/\/|\*|\/\*)/.test(line)) return false;
  return /\bprocess\s*\.\s*env\b|\bprocess\[\s*['"]env|import\.meta\.env|import\s*\{[^}]*\benv\b[^}]*\}\s*from\s*['"](node:)?process/.test(
    line,
  );
}
