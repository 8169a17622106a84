import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineFaults } from '@patchbay/cli/command-line-faults';
import { npmFault } from './docs-npm-scripts.mjs';
import { toolsOf } from './docs-tools.mjs';
import { codeSpansOf, documentsOf, fencesOf } from './markdown-code.mjs';
import { shellCommandsOf } from './shell-commands.mjs';

export const name = 'commands in documents';

/** Programs that are not ours, and the shell's own words. Any other is taken for a slip. */
const foreign = new Set(
  'aws cat cd chmod claude cmp cp curl echo export git grep head helm jq kill kubectl mkdir mv openssl pass pbpaste pip printf psql python3 rm sed sleep source tar tee umask unset wc'.split(
    ' ',
  ),
);
const ours = /^(npx patchbay|patchbay|npm|npx node|node|docker compose)( |$)/;

/**
 * Commands in documents that could not be run: of blocks `sh` and `console` each line, and of code in sentences what begins with a
 * program of ours. Held against the command tree, the npm scripts, the catalogue's tools and the files that there are; nothing is run.
 * @param {import('./repository.mjs').Repository} repository
 */
export async function findings(repository) {
  const world = { ...repository, tools: toolsOf(repository), commandLineFault: commandLineFaults() };
  const found = [];
  for (const file of documentsOf(repository)) {
    const text = repository.read(file);
    for (const { language, line, text: block } of fencesOf(text)) {
      if (language !== 'sh' && language !== 'console') continue;
      await look(file, language === 'sh' ? block : typedIn(block), line, false);
    }
    for (const { text: span, line } of codeSpansOf(text))
      if (ours.test(span)) await look(file, plain(span), line, true);
  }
  return found;

  async function look(file, script, line, mention) {
    let commands;
    try {
      commands = shellCommandsOf(script);
    } catch (error) {
      found.push(`${file}:${line} has commands that cannot be read: ${error.message}`);
      return;
    }
    for (const command of commands) {
      const fault = await faultOf(command.words, mention, world);
      if (fault !== null)
        found.push(
          `${file}:${line + command.line - 1} says '${command.words.join(' ')}': ${fault.replaceAll('\n', ' ')}`,
        );
    }
  }
}

async function faultOf(words, mention, world) {
  const missing = words.find((word) => isOfCheckout(word, world) && !existsSync(join(world.root, word)));
  if (missing !== undefined) return `there is no ${missing}`;
  const [program, ...rest] = words[0] === 'npx' ? words.slice(1) : words;
  if (program === 'patchbay') return patchbayFault(rest, mention, world);
  if (program === 'npm') return npmFault(rest, world);
  if (program === 'docker') return composeFault(rest, world);
  if (program === 'node' || foreign.has(program)) return null;
  if (words[0] === 'npx' && program?.startsWith('@')) return null;
  return `'${program}' is no program that documents may name (scripts/checks/docs-commands.mjs)`;
}

async function patchbayFault(words, mention, { tools, commandLineFault }) {
  const shown = words.at(-1) === '…' ? words.slice(0, -1) : words;
  const given = shown.map((word) =>
    /^<.*>$/.test(word) ? 'placeholder' : word.replace(/^(\w+_)…$/, `$1${'0'.repeat(26)}`),
  );
  const fault = await commandLineFault(given, mention);
  if (fault !== null) return mention && fault.includes("'placeholder'") ? null : fault;
  const tool = { exec: given[1], tools: given[1] === 'show' ? given[2] : undefined }[given[0]];
  if (tool === undefined || tool.startsWith('-') || tools.has(tool) || !/^[a-z]+_[a-z_]+$/.test(tool)) return null;
  return `there is no tool '${tool}' in the catalogue or in the documents`;
}

function composeFault(words, { root, read }) {
  if (words[0] !== 'compose') return null;
  const files = words.flatMap((word, at) => (words[at - 1] === '-f' ? [word] : []));
  const missing = files.find((file) => !existsSync(join(root, file)));
  if (missing !== undefined) return `there is no ${missing}`;
  const texts = (files.length === 0 ? ['docker-compose.yml'] : files).map(read).join('\n');
  const profile = words.find(
    (word, at) => words[at - 1] === '--profile' && !new RegExp(`profiles:.*\\b${word}\\b`).test(texts),
  );
  return profile === undefined ? null : `there is no profile '${profile}'`;
}

/** A word that names a place in the checkout: those of the reader's own machine are not looked for. */
function isOfCheckout(word, { files }) {
  const top = /^(?:\.\/)?([\w.-]+)\/[\w./-]+$/.exec(word)?.[1];
  return top !== undefined && top !== 'node_modules' && files.some((file) => file.startsWith(`${top}/`));
}

/** What is typed in a session at a terminal: after the prompt, with lines that go on; the others are answers. */
function typedIn(session) {
  let goesOn = false;
  return session
    .split('\n')
    .map((line) => {
      const typed = line.startsWith('$ ') ? line.slice(2) : goesOn ? line : '';
      goesOn = typed.endsWith('\\');
      return typed;
    })
    .join('\n');
}

/** A command in a sentence: options that may be left out (`[--all]`) are there, arguments are not, a choice (`one|other`) is made. */
function plain(span) {
  return span
    .replace(/\[(-[^\]]*)\]/g, '$1')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/(\w)\|[\w|]+/g, '$1');
}
