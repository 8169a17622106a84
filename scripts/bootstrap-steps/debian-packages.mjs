import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BootstrapFailure } from './failure.mjs';
import { lastLines, run } from './run.mjs';

/** `debian`, `ubuntu`, or null on a system whose packages are something else. */
export function debianFamily() {
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg')) return null;
  let release = '';
  try {
    release = readFileSync('/etc/os-release', 'utf8');
  } catch {
    return null;
  }
  const names = release.match(/^ID(?:_LIKE)?=.*$/gm)?.join(' ') ?? '';
  if (/\bubuntu\b/.test(names)) return 'ubuntu';
  return /\bdebian\b/.test(names) ? 'debian' : null;
}

/**
 * Downloads packages, with apt's own signature checks, and unpacks them into `into`. Nothing is installed, no
 * maintainer script runs, nothing of the system changes, and no rights are needed: apt gets private directories for its
 * lists and its cache.
 * @param {{ packages: string[], into: string, suite?: { names: string[], components: string }, withDependencies: boolean }} wanted
 *   `suite` looks in the first of these suites of the machine's mirror that has the package; without it the machine's own
 *   sources are used. `withDependencies` adds those dependencies that the system lacks.
 * @returns {Promise<string | null>} null, or what went wrong.
 */
export async function unpackPackages({ packages, into, suite, withDependencies }) {
  const scratch = mkdtempSync(join(tmpdir(), 'patchbay-apt-'));
  try {
    const problems = [];
    for (const name of suite?.names ?? [null]) {
      const area = join(scratch, name ?? 'own');
      const problem = await downloadInto(
        area,
        packages,
        withDependencies,
        name && { line: await sourceLine(name, suite.components) },
      );
      if (problem === null) return await unpackAll(join(area, 'packages'), into);
      problems.push(name === null ? problem : `suite ${name}: ${problem}`);
    }
    return problems.join('\n');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Installs packages into the system, from the machine's own sources. Needs root.
 * @returns {Promise<string | null>} null, or what went wrong.
 */
export async function installPackages(packages) {
  const scratch = mkdtempSync(join(tmpdir(), 'patchbay-apt-'));
  try {
    return await aptGet(scratch, ['install', '--no-install-recommends', '--yes', ...packages], {
      'Debug::NoLocking': 'false',
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function downloadInto(area, packages, withDependencies, source) {
  mkdirSync(area, { recursive: true });
  const extra = {};
  if (source) {
    writeFileSync(join(area, 'sources.list'), source.line);
    Object.assign(extra, { 'Dir::Etc::sourcelist': join(area, 'sources.list'), 'Dir::Etc::sourceparts': '-' });
  }
  const install = ['install', '--download-only', '--reinstall', '--no-install-recommends', '--yes', ...packages];
  return aptGet(area, withDependencies ? install : ['download', ...packages], extra);
}

/** Runs one apt-get command after an update, with lists and cache of its own under `area`. */
async function aptGet(area, command, extra) {
  const archives = join(area, 'packages');
  for (const directory of ['lists/partial', 'cache/archives/partial', 'packages/partial'])
    mkdirSync(join(area, directory), { recursive: true });
  const options = {
    'Dir::State::Lists': join(area, 'lists'),
    'Dir::Cache': join(area, 'cache'),
    'Dir::Cache::archives': archives,
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
    'Acquire::https::Timeout': '20',
    'Debug::NoLocking': 'true',
    ...extra,
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const update = await run('apt-get', [...flags, 'update'], { env, cwd: archives });
  // A failed update of some other source of the machine's must not stop us: what counts is whether the command works.
  const result = await run('apt-get', [...flags, ...command], { env, cwd: archives });
  if (result.status === 0) return null;
  const said = lastLines(`${complaints(update.output)}\n${complaints(result.output)}`, 8);
  if (/NO_PUBKEY|not signed|sqv|verif/i.test(update.output)) {
    return `apt could not verify the packages; install the newest debian-archive-keyring (or ubuntu-keyring).\n${said}`;
  }
  return `'apt-get ${command.join(' ')}' failed.\n${said}`;
}

/** One line of a sources.list for another suite of the mirror that this machine uses already. */
async function sourceLine(suite, components) {
  const family = debianFamily();
  // What apt would fetch for the machine's own sources: this asks nobody, and answers before the first update too.
  const { output } = await run('apt-get', ['update', '--print-uris'], { timeoutMs: 30_000 });
  const mirrors = [...output.matchAll(/^'(https?:\/\/\S+?)\/dists\//gm)].map(([, mirror]) => mirror);
  const mirror = mirrors.find((one) => one.endsWith(`/${family}`));
  if (mirror === undefined) {
    throw new BootstrapFailure(
      `apt on this machine has no ${family} mirror among its sources. Add one, or install nats-server 2.10 or newer and redis-server yourself, then run the command again.`,
    );
  }
  const keyring = `/usr/share/keyrings/${family}-archive-keyring.gpg`;
  return `deb ${existsSync(keyring) ? `[signed-by=${keyring}] ` : ''}${mirror} ${suite} ${components}\n`;
}

async function unpackAll(archives, into) {
  mkdirSync(into, { recursive: true });
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    const { status, output } = await run('dpkg', ['--extract', join(archives, file), into]);
    if (status !== 0) return `dpkg could not unpack ${file}.\n${lastLines(output, 5)}`;
  }
  return null;
}

function complaints(output) {
  return output
    .split('\n')
    .filter((line) => /^(E|W|Err)[: ]/.test(line))
    .join('\n');
}
