import type { OverlayAction } from './apply-overlay.ts';
import { isJsonObject, sameJson } from './json-tree.ts';
import { renderTarget } from './target.ts';

/** What somebody changed in a draft, as the actions of an overlay that would change it again. */
export function handEdits(draft: unknown, edited: unknown, path: readonly string[] = []): OverlayAction[] {
  if (sameJson(draft, edited)) return [];
  if (!isJsonObject(draft) || !isJsonObject(edited)) return [];
  const actions: OverlayAction[] = [];
  for (const key of new Set([...Object.keys(draft), ...Object.keys(edited)])) {
    const [before, after] = [draft[key], edited[key]];
    const at = [...path, key];
    if (sameJson(before, after)) continue;
    if (after === undefined) actions.push({ target: renderTarget(at), remove: true });
    else if (isJsonObject(before) && isJsonObject(after)) actions.push(...handEdits(before, after, at));
    else {
      // An update adds to a list: to take its place, it goes first.
      if (Array.isArray(before)) actions.push({ target: renderTarget(at), remove: true });
      actions.push({ target: renderTarget(path), update: { [key]: after } });
    }
  }
  return actions;
}
