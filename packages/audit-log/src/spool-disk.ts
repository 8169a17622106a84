import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';

/** A file that is only appended to. */
export interface SpoolFile {
  append(bytes: Buffer): Promise<void>;
  /** Settles when everything appended is on the disk. */
  sync(): Promise<void>;
  cutTo(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** What the spool asks of the disk: a port, so that tests can let it fail as disks do. */
export interface SpoolDisk {
  /** Makes a file, mode 0600, and settles when its name is on the disk too. @throws when it exists. */
  create(dir: string, path: string): Promise<SpoolFile>;
  read(path: string): Promise<Buffer>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

export const realDisk: SpoolDisk = {
  async create(dir, path) {
    const handle = await open(path, 'ax', 0o600);
    try {
      await syncDirectory(dir);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return spoolFile(handle);
  },
  read: (path) => readFile(path),
  remove: (path) => rm(path, { force: true }),
  rename: (from, to) => rename(from, to),
};

function spoolFile(handle: FileHandle): SpoolFile {
  return {
    append: (bytes) => handle.appendFile(bytes),
    sync: () => handle.datasync(),
    async cutTo(bytes) {
      await handle.truncate(bytes);
      await handle.datasync();
    },
    close: () => handle.close(),
  };
}

async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
