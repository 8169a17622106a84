// Run after `npm install` has changed package-lock.json. npm leaves out of the lock file the packages of other platforms
// that the registry in use does not carry, and then refuses its own file in `npm ci`. This adds them by name, version and
// platform; their checksums come when the lock file is next written against a registry that has them. Packages of the
// platforms that Patchbay is deployed on (Linux with glibc) never come this way: scripts/checks/lock-file.mjs sees to it.
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { root } from './bootstrap.mjs';

const systems = {
  darwin: 'darwin',
  windows: 'win32',
  win32: 'win32',
  android: 'android',
  linux: 'linux',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
};
const processors = {
  arm64: 'arm64',
  x64: 'x64',
  64: 'x64',
  ia32: 'ia32',
  arm: 'arm',
  s390x: 's390x',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
};

/** The lock file's packages that another one wants for some platform and that have no entry, as entries. */
export function missingPlatformPackages(packages) {
  const missing = {};
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages) continue;
      missing[`node_modules/${name}`] = {
        version: version.replace(/^[~^]/, ''),
        ...platformOf(name),
        ...(entry.dev && { dev: true }),
        optional: true,
      };
    }
  }
  return missing;
}

/** `@turbo/windows-arm64` → `{ cpu: ['arm64'], os: ['win32'] }`. Without a processor in its name it is for all of them. */
function platformOf(name) {
  const words = name.replace(/^.*\//, '').split('-');
  const os = words.map((word) => systems[word]).find(Boolean);
  const cpu = words.map((word) => processors[word]).find(Boolean);
  if (os === undefined)
    throw new Error(`${name} has no entry in package-lock.json and its name does not tell its platform.`);
  return {
    ...(cpu !== undefined && { cpu: [cpu] }),
    ...(words.some((word) => word.startsWith('musl')) && { libc: ['musl'] }),
    os: [os],
  };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const path = `${root}/package-lock.json`;
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = missingPlatformPackages(lock.packages);
  lock.packages = Object.fromEntries(
    Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en')),
  );
  if (Object.keys(missing).length > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${Object.keys(missing).length} entries added to package-lock.json.\n`);
}
