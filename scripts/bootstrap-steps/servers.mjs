import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { searchServer, serverRequirements, unpackedServer } from '../../packages/local-servers/src/server-binaries.mjs';
import { debianFamily, unpackPackages } from './debian-packages.mjs';
import { BootstrapFailure } from './failure.mjs';
import { downloadNatsRelease } from './nats-release.mjs';

/** How each server is had when the machine has none. A source gets an empty directory and returns null or its problem. */
const sources = {
  'nats-server': [
    { name: 'the official release', fetch: downloadNatsRelease },
    { name: 'a Debian package', fetch: natsFromDebian },
  ],
  'redis-server': [{ name: 'a Debian package', fetch: redisFromDebian }],
};

/**
 * Finds a server program, or gets one into `.tools/<server>/`: nothing is installed into the system.
 * @returns {Promise<{ path: string, version: string }>}
 */
export async function provideServer(server, root, progress, env = process.env) {
  const found = searchServer(server, root, env);
  if (found.path !== null) return found;
  const { variable, minimumVersion } = serverRequirements[server];
  if (env[variable])
    throw new BootstrapFailure(
      `${variable} names no usable ${server}: ${found.tried.join('; ')}. Correct it, or unset it to have one found.`,
    );
  const problems = [...found.tried];
  for (const source of sources[server]) {
    progress(`Getting ${server} from ${source.name} …`);
    const problem = (await unpackFrom(source, server, root)) ?? null;
    const got = problem === null ? searchServer(server, root, env) : null;
    if (got !== null && got.path !== null) return got;
    problems.push(`${source.name}: ${problem ?? got.tried.join('; ')}`);
  }
  throw new BootstrapFailure(
    `No ${server} of version ${minimumVersion} or newer could be found or downloaded. Install it (${advice(server)}), or set ${variable} to the program.`,
    problems.map((problem) => `  - ${problem}`).join('\n'),
  );
}

/** Into a directory aside first, so that an interrupted run leaves nothing that looks finished. */
async function unpackFrom(source, server, root) {
  const place = dirname(unpackedServer(server, root));
  const aside = `${place}.unfinished`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  const problem = await source.fetch(aside);
  if (problem === null) {
    rmSync(place, { recursive: true, force: true });
    renameSync(aside, place);
  }
  rmSync(aside, { recursive: true, force: true });
  return problem;
}

/** A newer suite than the machine's: Debian 12 still has 2.9. The program needs nothing but libc. */
async function natsFromDebian(into) {
  const family = debianFamily();
  if (family === null) return 'this is not Debian or Ubuntu';
  const unpacked = join(into, 'unpacked');
  const suite =
    family === 'ubuntu'
      ? { names: ['devel'], components: 'universe' }
      : { names: ['unstable', 'trixie'], components: 'main' };
  const problem = await unpackPackages({ packages: ['nats-server'], into: unpacked, suite, withDependencies: false });
  if (problem !== null) return problem;
  const program = ['usr/sbin', 'usr/bin']
    .map((directory) => join(unpacked, directory, 'nats-server'))
    .find((path) => existsSync(path));
  if (program === undefined) return 'the package holds no nats-server';
  copyFileSync(program, join(into, 'nats-server'));
  chmodSync(join(into, 'nats-server'), 0o755);
  rmSync(unpacked, { recursive: true });
  return null;
}

/** The machine's own suite, with the libraries that it lacks; a script starts the program with those libraries. */
async function redisFromDebian(into) {
  if (debianFamily() === null) return 'this is not Debian or Ubuntu';
  const unpacked = join(into, 'unpacked');
  const problem = await unpackPackages({
    packages: ['redis-server', 'redis-tools'],
    into: unpacked,
    withDependencies: true,
  });
  if (problem !== null) return problem;
  if (!existsSync(join(unpacked, 'usr/bin/redis-server'))) return 'the package holds no redis-server';
  const libraries = ['usr/lib', 'lib']
    .flatMap((directory) => libraryDirectories(unpacked, directory))
    .map((directory) => `$here/unpacked/${directory}`);
  const script = [
    '#!/bin/sh',
    '# Written by scripts/bootstrap.mjs: runs the unpacked redis-server with the libraries that were unpacked with it.',
    'here=$(dirname "$0")',
    `LD_LIBRARY_PATH="${libraries.join(':')}" exec "$here/unpacked/usr/bin/redis-server" "$@"`,
    '',
  ].join('\n');
  writeFileSync(join(into, 'redis-server'), script, { mode: 0o755 });
  return null;
}

function libraryDirectories(unpacked, directory) {
  const path = join(unpacked, directory);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith('-linux-gnu'))
    .map((name) => `${directory}/${name}`);
}

function advice(server) {
  if (process.platform === 'darwin') return `brew install ${server === 'redis-server' ? 'redis' : server}`;
  if (server === 'redis-server') return "package 'redis-server', 'redis' or 'valkey'";
  return "package 'nats-server', or a release from https://github.com/nats-io/nats-server/releases";
}
