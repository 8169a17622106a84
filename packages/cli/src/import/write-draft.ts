import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import {
  type Draft,
  type MergeConflict,
  mergeDrafts,
  type OverlayAction,
  parseDescriptionText,
  renderDraft,
} from '@patchbay/openapi-import';
import { UsageError } from '../failures.ts';

/** What was written. */
export interface WrittenDraft {
  readonly file: string;
  /** The draft as it was made, which the next import compares with. */
  readonly draft_file: string;
  /** `merged`: the file had been drafted before. */
  readonly how: 'created' | 'merged';
  readonly edits: readonly OverlayAction[];
  readonly conflicts: readonly MergeConflict[];
  readonly updated: readonly string[];
}

/**
 * Writes a draft to a file, and as it is beside it, as `<name>.draft.yaml`. A file that was drafted before keeps what was
 * changed by hand. @throws UsageError for a file that no import wrote.
 */
export async function writeDraft(file: string, draft: Draft, cwd: string): Promise<WrittenDraft> {
  const path = resolve(cwd, file);
  const draftName = `${basename(path, extname(path))}.draft.yaml`;
  const draftPath = join(dirname(path), draftName);
  const text = renderDraft(draft);
  const written = { file, draft_file: join(dirname(file), draftName) };
  if (!existsSync(path)) {
    await writeFile(path, text);
    await writeFile(draftPath, text);
    return { ...written, how: 'created', edits: [], conflicts: [], updated: [] };
  }
  if (!existsSync(draftPath))
    throw new UsageError(
      `${file} exists, and no ${draftName} beside it says what was drafted: name another file, or remove it.`,
    );
  const before = parseDescriptionText(await readFile(draftPath, 'utf8')) as object;
  const { text: merged, edits, conflicts, updated } = mergeDrafts(before, await readFile(path, 'utf8'), draft.document);
  await writeFile(path, merged);
  await writeFile(draftPath, text);
  return { ...written, how: 'merged', edits, conflicts, updated };
}
