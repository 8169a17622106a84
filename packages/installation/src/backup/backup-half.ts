import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PatchbayError } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { type BackupContent, type BackupFile, newDataKey, writeManifest } from './manifest.ts';
import { packDirectory } from './packed-directory.ts';
import { type SealedFile, writeSealed } from './sealed-file.ts';

/** One half of a backup while it is made: a directory that has its name only when it is whole. */
export interface BackupHalf {
  addStream(messaging: Messaging, stream: string, options?: { withoutDurables?: boolean }): Promise<void>;
  addDirectory(name: string, directory: string, keep?: (path: string) => boolean): Promise<void>;
  addDump(name: string, write: (file: Pick<SealedFile, 'write'>) => Promise<void>): Promise<void>;
  /** Takes a file back that was added. */
  drop(name: string): void;
  finish(finishedAt: Date): FinishedHalf;
  abandon(): void;
}

export interface FinishedHalf {
  readonly directory: string;
  readonly bytes: number;
  /** Messages in its streams. */
  readonly messages: number;
  /** SHA-256 of its manifest. */
  readonly digest: string;
}

export interface HalfOptions {
  /** Directory that holds the backups of this half. */
  readonly under: string;
  readonly id: string;
  readonly half: BackupContent['half'];
  readonly startedAt: Date;
  /** Public key (`X…`). */
  readonly recipient: string;
}

/** Times that a stream is asked for. */
const streamTries = 3;

export function beginHalf({ under, id, half, startedAt, recipient }: HalfOptions): BackupHalf {
  const draft = join(under, `${id}.partial`);
  mkdirSync(under, { recursive: true, mode: 0o700 });
  mkdirSync(draft, { mode: 0o700 });
  const { dataKey, sealing } = newDataKey(recipient);
  const files = new Map<string, BackupFile>();
  const pathOf = (name: string) => join(draft, `${name}.sealed`);

  async function add(
    name: string,
    kind: BackupFile['kind'],
    fill: (file: SealedFile) => Promise<BackupFile['snapshot'] | undefined>,
  ): Promise<void> {
    const file = writeSealed(pathOf(name), name, dataKey);
    const snapshot = await fill(file);
    files.set(name, { name, kind, ...file.end(), ...(snapshot !== undefined && { snapshot }) });
  }

  return {
    async addStream(messaging, stream, options = {}) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await add(stream, 'stream', (file) =>
            messaging.backUpStream(stream, { ...options, onChunk: (chunk) => file.write(chunk) }),
          );
        } catch (error) {
          // What is under way when the connection is lost never ends.
          rmSync(pathOf(stream), { force: true });
          if (!(error instanceof PatchbayError && error.code === 'overloaded') || attempt === streamTries) throw error;
        }
      }
    },
    addDirectory: (name, directory, keep) =>
      add(name, 'directory', (file) =>
        packDirectory(directory, (frame) => file.write(frame), keep).then(() => undefined),
      ),
    addDump: (name, write) => add(name, 'dump', (file) => write(file).then(() => undefined)),
    drop(name) {
      files.delete(name);
      rmSync(pathOf(name), { force: true });
    },
    finish(finishedAt) {
      const content: BackupContent = {
        format: 'patchbay-backup',
        version: 1,
        id,
        half,
        started_at: startedAt.toISOString(),
        finished_at: finishedAt.toISOString(),
        ...sealing,
        files: [...files.values()],
      };
      const digest = writeManifest(draft, content, dataKey);
      const directory = join(under, id);
      renameSync(draft, directory);
      const sum = (of: (file: BackupFile) => number) => content.files.reduce((total, file) => total + of(file), 0);
      return {
        directory,
        bytes: sum(({ bytes }) => bytes),
        messages: sum(({ snapshot }) => snapshot?.state.messages ?? 0),
        digest,
      };
    },
    abandon: () => rmSync(draft, { recursive: true, force: true }),
  };
}
