#!/usr/bin/env node
// `npm run docs:site`: renders the documents as a site into docs/site/dist. Installs what renders them, once, into docs/site; after
// that it needs no network, nor does the site. `npm run docs:preview` serves what was rendered on this machine.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrapOrExit, root } from './bootstrap.mjs';
import { openRepository } from './checks/repository.mjs';
import { navigationOf, placeOf, startPage, titleOf } from './docs-navigation.mjs';
import { serveFiles } from './serve-files.mjs';

const usage = `Usage: npm run docs:site -- [options]
       npm run docs:preview -- [options]

Renders the documents as a site, with search, into docs/site/dist; docs:preview serves that, and renders it first if it is not there.

  --port N   port on the loopback to serve at, 0 for any (default 4173)
  --json     print one JSON object: pages, where they are, milliseconds
  --help     this text
`;

const site = join(root, 'docs', 'site');
const rendered = join(site, 'dist');

const { preview, port, json } = readOptions();
const { node } = await bootstrapOrExit();
const since = performance.now();
if (!preview || !existsSync(rendered)) {
  install();
  const pages = stage();
  build();
  report(pages);
}
if (preview) {
  const server = await serveFiles(rendered, Number(port)).catch((error) => fail(`Port ${port}: ${error.message}.`));
  process.stderr.write(`The documents are at http://127.0.0.1:${server.address().port}/\n`);
}

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        preview: { type: 'boolean', default: false },
        port: { type: 'string', default: '4173' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    }));
  } catch (error) {
    fail(`${error.message}\n\n${usage}`);
  }
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  if (!/^\d{1,5}$/.test(values.port)) fail(`--port takes a number, not '${values.port}'.`);
  return values;
}

/** Into docs/site alone, and only when its lock file is another than that of the last time. */
function install() {
  const lock = readFileSync(join(site, 'package-lock.json'), 'utf8');
  const stamp = join(site, 'node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stderr.write('Installing what renders the site into docs/site, about 100 MB …\n');
  const { status } = spawnSync('npm', ['ci'], { cwd: site, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail('The packages of docs/site could not be installed; what npm said stands above.');
  writeFileSync(stamp, lock);
}

/** Copies the documents and the images that they show to where the site is made of them, with the navigation. */
function stage() {
  const { files, read } = openRepository(root);
  const navigation = navigationOf(files.filter((file) => file.endsWith('.md')));
  const pages = [startPage, ...navigation.flatMap((group) => group.pages)];
  const staged = join(site, 'pages');
  rmSync(staged, { recursive: true, force: true });
  for (const page of pages) {
    copy(page);
    for (const [, path] of read(page).matchAll(/!\[[^\]]*\]\(([^)\s]+)/g)) {
      const image = posix.normalize(posix.join(posix.dirname(page), path));
      if (files.includes(image)) copy(image);
    }
  }
  const groups = navigation.map(({ title, pages: inside, folded }) => ({
    text: title,
    collapsed: folded,
    items: inside.map((page) => ({ text: titleOf(read(page)), link: `/${placeOf(page).replace(/\.md$/, '')}` })),
  }));
  const places = Object.fromEntries(pages.map((page) => [page, placeOf(page)]));
  writeFileSync(join(site, 'pages', 'navigation.json'), JSON.stringify({ groups, places }));
  return pages.length;

  function copy(file) {
    mkdirSync(dirname(join(staged, file)), { recursive: true });
    cpSync(join(root, file), join(staged, file));
  }
}

function build() {
  const program = join(site, 'node_modules', 'vitepress', 'bin', 'vitepress.js');
  // With --json, standard output is for the one object.
  const { status } = spawnSync(node.path, [program, 'build', '.'], { cwd: site, stdio: ['ignore', json ? 2 : 1, 2] });
  if (status !== 0) fail('The site could not be made; what VitePress said stands above.');
}

function report(pages) {
  const ms = Math.round(performance.now() - since);
  const start = join(rendered, 'index.html');
  if (!existsSync(start) || statSync(start).size === 0) fail('VitePress ended well and wrote no start page.');
  process.stdout.write(
    json
      ? `${JSON.stringify({ pages, directory: rendered, ms })}\n`
      : `${pages} pages in ${(ms / 1_000).toFixed(1)} s: docs/site/dist. To look at them: npm run docs:preview\n`,
  );
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
