import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { debianFamily, unpackPackages } from './debian-packages.mjs';

/** What the packaged Chromium of the console's tests loads when it meets TLS, and neither brings along nor finds on a bare system. */
const library = 'usr/lib/x86_64-linux-gnu/libsqlite3.so.0';

/**
 * Gets that library into `.tools/browser-libraries`, where the system has none. Elsewhere than on Debian on x64 nothing is done: there
 * the browser is the system's own.
 * @returns {Promise<string | null>} null, or what went wrong and what to do.
 */
export async function provideBrowserLibraries(root, progress = () => {}) {
  const place = join(root, '.tools', 'browser-libraries');
  const isNeeded = process.platform === 'linux' && process.arch === 'x64' && debianFamily() !== null;
  if (!isNeeded || existsSync(join('/', library)) || existsSync(join(place, library))) return null;
  progress('Getting a library for the browser of the tests …');
  mkdirSync(join(root, '.tools'), { recursive: true });
  const unpacked = mkdtempSync(join(root, '.tools', 'unpacking-'));
  try {
    const problem = await unpackPackages({ packages: ['libsqlite3-0'], into: unpacked, withDependencies: false });
    if (problem !== null)
      return `Install libsqlite3-0 for the browser of the tests; it could not be unpacked from its package.\n${problem}`;
    rmSync(place, { recursive: true, force: true });
    renameSync(unpacked, place);
    return null;
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}
