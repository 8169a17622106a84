import { posix } from 'node:path';
import { importRules } from './import-rules.mjs';
import { importsOf } from './imports-of.mjs';
import { sourceFiles } from './repository.mjs';

export const name = 'import boundaries';

/** Imports that break a rule of import-rules.mjs, or that reach past what a package of ours exports. */
export function findings(repository) {
  const workspaces = readWorkspaces(repository);
  return sourceFiles(repository).flatMap((file) =>
    importsOf(file, repository.read(file)).flatMap(({ specifier, line }) => {
      if (specifier === null) return isOurs(file) ? [`${file}:${line} imports a module whose name is computed`] : [];
      const use = describe(file, specifier, workspaces);
      const broken = importRules.filter((rule) => rule.applies(use) && !rule.allows(use)).map((rule) => rule.name);
      if (!isExported(use, workspaces)) broken.push(`${use.package} does not export it`);
      return broken.map((rule) => `${file}:${line} imports '${specifier}': ${rule}`);
    }),
  );
}

/** `packages/contracts` → its package.json. */
function readWorkspaces({ files, read }) {
  const manifests = files.filter((file) =>
    /^(packages\/[^/]+|services\/[^/]+|launcher|bench|test-e2e)\/package\.json$/.test(file),
  );
  return new Map(manifests.map((file) => [posix.dirname(file), JSON.parse(read(file))]));
}

function describe(file, specifier, workspaces) {
  const part = workspaceOf(file, workspaces);
  if (specifier.startsWith('.')) {
    const path = posix.join(posix.dirname(file), specifier);
    return { file, part, specifier, package: null, path, target: workspaceOf(path, workspaces) };
  }
  const named = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const target = [...workspaces].find(([, manifest]) => manifest.name === named)?.[0] ?? null;
  return { file, part, specifier, package: named, path: null, target };
}

function workspaceOf(path, workspaces) {
  return [...workspaces.keys()].find((directory) => path.startsWith(`${directory}/`)) ?? '';
}

function isExported(use, workspaces) {
  if (use.package === null || use.target === null) return true;
  return `.${use.specifier.slice(use.package.length)}` in (workspaces.get(use.target).exports ?? {});
}

/** Scripts load their own parts by computed names; the product does not. */
function isOurs(file) {
  return !file.startsWith('scripts/');
}
