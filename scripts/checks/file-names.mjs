export const name = 'file names';

/** Words that say nothing about what is inside. */
const empty = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'managers', 'shared', 'misc']);
/** Names that tools and conventions fix. */
const fixed =
  /^(README|LICENSE|NOTICE|CONTRIBUTING|SECURITY|ARCHITECTURE|CHANGELOG|CODE_OF_CONDUCT|Dockerfile|AGENTS)(\..+)?$/;

/** Paths that are not kebab-case, or that use a word from the list above. */
export function findings({ files }) {
  const found = new Set();
  for (const file of files) {
    const parts = file.split('/');
    parts.forEach((part, index) => {
      const path = parts.slice(0, index + 1).join('/');
      const word = part
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .find((candidate) => empty.has(candidate));
      if (word !== undefined) found.add(`${path} is named '${word}'; name it after what it does`);
      if (/\.(m?[jt]s|tsx)$/.test(part) && !fixed.test(part) && !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(part))
        found.add(`${path} is not in kebab-case`);
    });
  }
  return [...found];
}
