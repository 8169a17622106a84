import { type Document, parseDocument } from 'yaml';
import { importError } from '../import-error.ts';
import type { OverlayAction } from './apply-overlay.ts';
import { handEdits } from './hand-edits.ts';
import { isJsonObject, type JsonObject, sameJson } from './json-tree.ts';
import { renderTarget } from './target.ts';

/** A place that was edited by hand and drafted otherwise now. The edit stays. */
export interface MergeConflict {
  readonly target: string;
  /** What stands there by hand; `null`: it was taken away. */
  readonly edited: unknown;
  readonly drafted_before: unknown;
  /** `null`: the new draft does not have it. */
  readonly drafted_now: unknown;
}

export interface MergedDraft {
  /** The edited file with what is new in the draft; its comments and its order stay. */
  readonly text: string;
  readonly edits: readonly OverlayAction[];
  readonly conflicts: readonly MergeConflict[];
  /** Places that the new draft changed. */
  readonly updated: readonly string[];
}

/**
 * An edited draft brought up to a new one: what was changed by hand stays, everything else is as drafted now. A list counts
 * as one value.
 * @throws importError `unreadable` when the edited text is no YAML.
 */
export function mergeDrafts(draftedBefore: object, editedText: string, draftedNow: object): MergedDraft {
  const document = parseDocument(editedText);
  const problem = document.errors[0];
  if (problem !== undefined)
    throw importError(
      'unreadable',
      `The edited document is no YAML (${problem.message.split('\n')[0]}). Mend it, then import again.`,
    );
  const edited = document.toJS() as unknown;
  const conflicts: MergeConflict[] = [];
  const updated: string[] = [];
  merge(draftedBefore as JsonObject, edited, draftedNow as JsonObject, []);
  return { text: render(document), edits: handEdits(draftedBefore, edited), conflicts, updated };

  function merge(before: unknown, mine: unknown, now: unknown, path: readonly string[]): void {
    if (sameJson(before, now) || sameJson(mine, now)) return;
    if (sameJson(before, mine)) {
      now === undefined ? document.deleteIn(path) : document.setIn(path, document.createNode(now));
      updated.push(renderTarget(path));
      return;
    }
    if (isJsonObject(mine) && isJsonObject(now)) {
      const own = isJsonObject(before) ? before : {};
      for (const key of new Set([...Object.keys(mine), ...Object.keys(now)]))
        merge(own[key], mine[key], now[key], [...path, key]);
      return;
    }
    conflicts.push({
      target: renderTarget(path),
      edited: mine ?? null,
      drafted_before: before ?? null,
      drafted_now: now ?? null,
    });
  }
}

function render(document: Document): string {
  return document.toString({ lineWidth: 120 });
}
