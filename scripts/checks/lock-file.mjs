import { missingPlatformPackages } from '../complete-lock.mjs';

export const name = 'lock file';

/** The root's, and those of what is installed apart. */
const lockFile = /(^|\/)package-lock\.json$/;

/**
 * Entries of lock files that would let in something other than what was reviewed: no SHA-512, a git or file
 * address, an install script nobody allowed; and packages missing from it, which make `npm ci` refuse it. Addresses are
 * not recorded (.npmrc), so the checksum is what pins a package.
 */
export function findings({ files, read }) {
  return files.filter((file) => lockFile.test(file)).flatMap((file) => findingsIn(file, JSON.parse(read(file))));
}

function findingsIn(file, { lockfileVersion, packages }) {
  const found = [];
  if (lockfileVersion !== 3) found.push(`${file} has version ${lockfileVersion}, expected 3`);
  for (const path of Object.keys(missingPlatformPackages(packages))) {
    found.push(`${file} lacks ${path}; run 'node scripts/complete-lock.mjs'`);
  }
  for (const [path, entry] of Object.entries(packages)) {
    // What comes inside another package is under that one's checksum.
    if (entry.link || entry.inBundle || !path.includes('node_modules/')) continue;
    const problem = problemOf(entry);
    if (problem !== null) found.push(`${file}: ${path} ${problem}`);
  }
  return found;
}

function problemOf(entry) {
  if (entry.resolved !== undefined)
    return `records an address (${entry.resolved.replace(/\/\/[^@/]*@/, '//')}); .npmrc says to leave it out`;
  if (entry.integrity === undefined) return isForOtherPlatform(entry) ? null : 'has no integrity';
  return /^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity) ? null : 'has an integrity other than one SHA-512';
}

/** Optional, and of no use on Linux with glibc on x64 or arm64: see complete-lock.mjs. */
function isForOtherPlatform({ optional, os, cpu, libc }) {
  const list = (value) => (value === undefined ? null : [value].flat());
  const fits = (value, wanted) => list(value) === null || list(value).some((item) => wanted.includes(item));
  return optional === true && !(fits(os, ['linux']) && fits(cpu, ['x64', 'arm64']) && fits(libc, ['glibc']));
}
