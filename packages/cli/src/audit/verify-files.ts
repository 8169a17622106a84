import type { KeyObject } from 'node:crypto';
import {
  compareExports,
  type ExportComparison,
  type ExportVerdict,
  openCheckpoint,
  type SignedNote,
  type TreeHead,
  type VerifierKey,
  verifierKey,
  verifyExport,
} from '@patchbay/audit-log/proofs';
import type { CommandContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { count } from '../render/style.ts';
import type { ExportFile } from './export-files.ts';
import type { SeenCheckpoints } from './seen-checkpoints.ts';

export interface VerifyFilesOptions {
  readonly logKeys: readonly (VerifierKey | KeyObject)[];
  readonly witnessKeys: readonly VerifierKey[];
  /** Of the witnesses, how many must have signed; all of them when left out. */
  readonly quorum?: number;
  readonly toleranceMs: number;
  readonly allowWithheld: boolean;
  /** Checkpoints that were seen before, as signed notes; of other logs too. */
  readonly known: readonly string[];
  readonly seen: SeenCheckpoints | null;
  /** The last checkpoints, as witnesses signed them since. */
  readonly cosigned: readonly SignedNote[];
}

export interface VerifiedFile extends ExportVerdict {
  readonly file: string;
}

/** Milliseconds between two words on how far it is. */
const progressMs = 2_000;

/** Verifies one export, and says on standard error how far it is. @throws UsageError when a checkpoint of before does not count. */
export async function verifyFile(
  file: ExportFile,
  options: VerifyFilesOptions,
  context: CommandContext,
): Promise<VerifiedFile> {
  let toldAt = performance.now();
  const verdict = await verifyExport(file.read(), {
    keys: { log: options.logKeys, witnesses: options.witnessKeys, cosigned: options.cosigned },
    ...(options.quorum !== undefined && { quorum: options.quorum }),
    toleranceMs: options.toleranceMs,
    allowWithheld: options.allowWithheld,
    known: knownHeads(file, options),
    onProgress(bytes, records) {
      if (performance.now() - toldAt < progressMs) return;
      toldAt = performance.now();
      const share = file.bytes === 0 ? 100 : Math.min(100, Math.floor((100 * bytes) / file.bytes));
      context.note(context.style.quiet(`${file.path}: ${share} %, ${count(records, 'record')}`));
    },
  });
  if (verdict.ok && verdict.last_checkpoint !== null) options.seen?.keep(verdict.last_checkpoint);
  return { file: file.path, ...verdict };
}

/** Checkpoints of the file's log that are known from before. */
function knownHeads(file: ExportFile, { known, seen, logKeys }: VerifyFilesOptions): TreeHead[] {
  const origin = file.header?.origin;
  if (origin === undefined) return [];
  const keys = logKeys.map((key) => ('bytes' in key ? key : verifierKey(origin, key)));
  const remembered = seen?.of(origin) ?? null;
  return (remembered === null ? known : [...known, remembered]).flatMap((note) => {
    const opened = openCheckpoint(note, keys);
    if (opened?.checkpoint.origin !== origin) return [];
    if (opened.verdict.ok) return [opened.checkpoint];
    throw new UsageError(
      `A checkpoint of size ${opened.checkpoint.size} that was seen before is not signed by the key that --key names.`,
    );
  });
}

export interface ComparedFiles extends ExportComparison {
  readonly files: readonly [string, string];
}

/** Holds each file against the next of the same log. */
export async function compareFiles(files: readonly ExportFile[]): Promise<ComparedFiles[]> {
  const compared: ComparedFiles[] = [];
  for (const [i, file] of files.entries()) {
    const next = files[i + 1];
    if (next === undefined) break;
    compared.push({ files: [file.path, next.path], ...(await compareExports(file.read(), next.read())) });
  }
  return compared;
}
