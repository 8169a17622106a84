import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Scope, SubjectToken } from '@patchbay/contracts';
import { refusedKey } from '../encryption/key-refusals.ts';
import type { SubjectRoots } from '../subjects/subject-roots.ts';
import { codeOf, exists, type FoundRoot, rootFilesOf, rootsAway, rootsReachable, syncDirectory } from './root-files.ts';

/** Beside the persons' roots, and the name of none. */
const digestsName = 'digests';
/** Looks for a root that somebody else destroys at the same time. */
const rounds = 5;

/**
 * Persons' roots in the directory of the tenants' roots, at `subjects/<tenant>/<token>.root` and `.destroyed`, and the root of the tenant's
 * digests at `subjects/<tenant>/digests.root`.
 */
export function openSubjectRoots(directory: string): SubjectRoots {
  const folderOf = (tenant: string) => {
    if (!Scope.safeParse(tenant).success) throw refusedKey('That is no tenant, and has no root.');
    return join(directory, 'subjects', tenant);
  };

  function filesOf(tenant: string, token: string) {
    if (!SubjectToken.safeParse(token).success) throw refusedKey('That is no token, and has no root.');
    return rootFilesOf(folderOf(tenant));
  }

  /** A volume that is not there at this moment has no folder either, and nobody is to be taken for erased, or not erased, by it. */
  async function prepare(tenant: string): Promise<void> {
    if (!(await exists(join(directory, 'id')))) throw rootsAway('ENOENT');
    if ((await mkdir(folderOf(tenant), { recursive: true, mode: 0o700 })) === undefined) return;
    for (const folder of [join(directory, 'subjects'), directory]) await syncDirectory(folder);
  }

  const bytesOf = (found: FoundRoot, token: string) => {
    if (found.is === 'damaged') throw refusedKey(`The root of '${token}' is damaged.`);
    return found.is === 'root' ? found.bytes : null;
  };

  async function get(tenant: string, token: string): Promise<Buffer | null> {
    const files = filesOf(tenant, token);
    await prepare(tenant);
    return bytesOf(await files.find(token), token);
  }

  async function ensure(tenant: string, token: string): Promise<Buffer | null> {
    const files = filesOf(tenant, token);
    await prepare(tenant);
    const found = await files.find(token);
    if (found.is !== 'none') return bytesOf(found, token);
    await files.make(token);
    // Read again: another process may have been first, or destroyed it since.
    return bytesOf(await files.find(token), token);
  }

  async function destroy(tenant: string, token: string): Promise<boolean> {
    const files = filesOf(tenant, token);
    await prepare(tenant);
    return files.destroy(token);
  }

  async function digests(tenant: string): Promise<Buffer> {
    const files = rootFilesOf(folderOf(tenant));
    await prepare(tenant);
    for (let round = 0; round < rounds; round++) {
      const root = bytesOf(await files.find(digestsName), digestsName);
      if (root !== null) return root;
      await files.make(digestsName);
    }
    throw rootsAway('EAGAIN');
  }

  async function destroyDigests(tenant: string): Promise<void> {
    const files = rootFilesOf(folderOf(tenant));
    await prepare(tenant);
    // Nothing remembers it: what was read of it while it went is random, and good for nothing that was made before.
    await files.drop(digestsName);
  }

  async function erased(tenant: string): Promise<string[]> {
    await prepare(tenant);
    const names = await readdir(folderOf(tenant));
    return names.flatMap((name) => (name.endsWith('.destroyed') ? [name.slice(0, -'.destroyed'.length)] : []));
  }

  async function destroyTenant(tenant: string): Promise<void> {
    const folder = folderOf(tenant);
    try {
      for (const name of await readdir(folder))
        if (name.endsWith('.root')) await rootFilesOf(folder).destroy(name.slice(0, -'.root'.length));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    await rm(folder, { recursive: true, force: true });
  }

  return {
    get: (tenant, token) => rootsReachable(get(tenant, token)),
    ensure: (tenant, token) => rootsReachable(ensure(tenant, token)),
    destroy: (tenant, token) => rootsReachable(destroy(tenant, token)),
    digests: (tenant) => rootsReachable(digests(tenant)),
    destroyDigests: (tenant) => rootsReachable(destroyDigests(tenant)),
    erased: (tenant) => rootsReachable(erased(tenant)),
    destroyTenant: (tenant) => rootsReachable(destroyTenant(tenant)),
  };
}
