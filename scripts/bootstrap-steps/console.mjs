import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';

const place = join('packages', 'console');

/** SHA-256 over the console's sources, by name and content: as long as it stays, so does what was built. */
export function consoleSources(root) {
  const hash = createHash('sha256');
  const files = ['src', 'public']
    .filter((directory) => existsSync(join(root, place, directory)))
    .flatMap((directory) =>
      readdirSync(join(root, place, directory), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    );
  for (const file of [
    ...files,
    ...['index.html', 'build.mjs', 'package.json'].map((name) => join(root, place, name)),
  ].sort())
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/**
 * Builds the web console into `packages/console/dist`, unless exactly these sources are built there already. Takes a few
 * seconds and no network.
 * @returns {Promise<string | null>} null, or what went wrong.
 */
export async function provideConsole(root, node, progress = () => {}) {
  const stamp = join(root, place, 'dist', '.sources');
  const wanted = consoleSources(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return null;
  progress('Building the web console …');
  const { status, output } = await run(node.path, [join(place, 'build.mjs')], { cwd: root, timeoutMs: 300_000 });
  if (status !== 0) return `The web console could not be built.\n${output.trim()}`;
  writeFileSync(stamp, wanted);
  return null;
}
