import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { BackupFile, OpenedBackup } from './manifest.ts';
import { DamagedBackup, readSealed } from './sealed-file.ts';

export interface CheckedBackup {
  readonly files: number;
  readonly bytes: number;
  /** Messages in its streams. */
  readonly messages: number;
}

/** Reads every file of a backup to its end. @throws DamagedBackup naming the first that is not as it was written. */
export async function checkBackup({ directory, content, dataKey }: OpenedBackup): Promise<CheckedBackup> {
  let bytes = 0;
  let messages = 0;
  for (const { name, sha256, snapshot, bytes: size } of content.files) {
    const path = pathOf(directory, name);
    if ((await sha256Of(path)) !== sha256) throw new DamagedBackup(path, 'is not what the manifest says');
    for await (const _content of readSealed(path, name, dataKey));
    bytes += size;
    messages += snapshot?.state.messages ?? 0;
  }
  return { files: content.files.length, bytes, messages };
}

export function fileOf({ content }: OpenedBackup, name: string): BackupFile | null {
  return content.files.find((file) => file.name === name) ?? null;
}

/** What a file of the backup holds. @throws DamagedBackup. */
export function readFileOf({ directory, dataKey }: OpenedBackup, name: string): AsyncIterable<Buffer> {
  return readSealed(pathOf(directory, name), name, dataKey);
}

function pathOf(directory: string, name: string): string {
  return join(directory, `${name}.sealed`);
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  } catch {
    throw new DamagedBackup(path, 'cannot be read');
  }
  return hash.digest('hex');
}
