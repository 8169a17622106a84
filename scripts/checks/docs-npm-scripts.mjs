import { posix } from 'node:path';

/**
 * What is wrong with the words after `npm`: a script that there is not, or an option or a name that nothing in its files speaks of.
 * @param {string[]} words
 * @param {import('./repository.mjs').Repository & { tools: Set<string>, texts?: Map<string, string> }} world `texts` remembers what was read
 */
export function npmFault(words, world) {
  const [verb, ...rest] = words;
  if (verb === 'ci' || verb === 'install') return null;
  const name = verb === 'run' ? rest.shift() : verb;
  const part = rest[0] === '-w' ? `${rest.splice(0, 2)[1]}/` : '';
  if (!world.files.includes(`${part}package.json`)) return `there is no ${part}package.json`;
  const { scripts } = JSON.parse(world.read(`${part}package.json`));
  if (!Object.hasOwn(scripts, name)) return `${part}package.json has no script '${name}'`;
  if (rest.length > 0 && rest[0] !== '--') return "npm takes the options for itself that do not stand after '--'";
  // What vitest takes is its own affair; that paths exist, others look after.
  if (name === 'test') return null;
  world.texts ??= new Map();
  const text = world.texts.get(name) ?? textsBehind(scripts[name], world);
  world.texts.set(name, text);
  const given = rest.slice(1);
  for (const [at, word] of given.entries()) {
    const option = /^--([a-z-]+)/.exec(word)?.[1];
    if (option !== undefined && !new RegExp(`--${option}\\b|['" ]${option}['"]?: `).test(text))
      return `it has no option --${option}`;
    const named = /^[a-z][a-z_-]+$/.test(word) && !given[at - 1]?.startsWith('--');
    if (named && !world.tools.has(word) && !new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(text))
      return `it knows no '${word}'`;
  }
  return null;
}

/** The texts of a script's program and of the files that it names, three steps deep, with those files' names. */
function textsBehind(script, { files, read }) {
  const known = new Set(files);
  const seen = new Map();
  const follow = (file, depth) => {
    if (seen.has(file) || depth > 3) return;
    const text = read(file);
    seen.set(file, text);
    for (const [, path] of text.matchAll(/['"`](\.{0,2}\/?[\w./-]+)['"`]/g)) {
      for (const place of [posix.join(posix.dirname(file), path), posix.normalize(path)]) {
        if (known.has(place) && /\.m?[jt]s$/.test(place)) follow(place, depth + 1);
        // A folder of which each file is a name that the script takes.
        else if (!known.has(place) && /\/src\/\w+/.test(`/${place}`))
          for (const inside of files)
            if (posix.dirname(inside) === place && !seen.has(inside))
              seen.set(inside, posix.basename(inside).split('.')[0]);
      }
    }
  };
  for (const word of script.split(' ')) if (known.has(word)) follow(word, 1);
  return [...seen].map(([file, text]) => `${posix.basename(file).split('.')[0]}\n${text}`).join('\n');
}
