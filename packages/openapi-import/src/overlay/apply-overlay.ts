import { importError } from '../import-error.ts';
import { isJsonObject, type JsonObject } from './json-tree.ts';
import { parseTarget, type Step } from './target.ts';

/** One change, as the OpenAPI Overlay Specification 1.0.0 has it, made to a document of ours instead of an API description. */
export interface OverlayAction {
  readonly target: string;
  readonly description?: string;
  /** Merged into what the target selects: objects key by key, lists by adding, other values by taking their place. */
  readonly update?: unknown;
  /** Takes away what the target selects. */
  readonly remove?: boolean;
}

/**
 * A copy of a document with the actions carried out in order, and the targets that selected nothing.
 * @throws importError `bad_overlay` when it is no overlay.
 */
export function applyOverlay(document: object, overlay: unknown): { document: JsonObject; unmatched: string[] } {
  const copy = structuredClone(document) as JsonObject;
  const unmatched: string[] = [];
  for (const { target, update, remove } of actionsOf(overlay)) {
    const steps = parseTarget(target);
    if (steps === undefined)
      throw importError(
        'bad_overlay',
        `The overlay's target '${target}' is not a path such as $.tools.find_contact.speech or $.tools.*.response.`,
      );
    const places = select(copy, steps);
    if (places.length === 0) unmatched.push(target);
    // From the back, so that a list's places stay what they were.
    for (const { parent, key } of places.reverse()) {
      if (remove === true) Array.isArray(parent) ? parent.splice(key as number, 1) : delete (parent as JsonObject)[key];
      else if (parent === null) Object.assign(copy, merged(copy, update));
      else (parent as JsonObject)[key] = merged((parent as JsonObject)[key], update);
    }
  }
  return { document: copy, unmatched };
}

function actionsOf(overlay: unknown): OverlayAction[] {
  const { overlay: version, actions } = (overlay ?? {}) as { overlay?: unknown; actions?: unknown };
  if (!/^1\./.test(String(version)) || !Array.isArray(actions))
    throw importError(
      'bad_overlay',
      "An overlay holds 'overlay: 1.0.0' and 'actions', a list of { target, update } or { target, remove: true }.",
    );
  for (const action of actions) {
    if (
      isJsonObject(action) &&
      typeof action['target'] === 'string' &&
      ('update' in action || action['remove'] === true)
    )
      continue;
    throw importError(
      'bad_overlay',
      `This is no action of an overlay: ${JSON.stringify(action)}. Expected { target, update } or { target, remove: true }.`,
    );
  }
  return actions as OverlayAction[];
}

interface Place {
  /** `null`: the document itself. */
  readonly parent: JsonObject | unknown[] | null;
  readonly key: string | number;
}

function select(root: JsonObject, steps: readonly Step[]): Place[] {
  let places: Place[] = [{ parent: null, key: '' }];
  for (const step of steps)
    places = places.flatMap(({ parent, key }): Place[] => {
      const value = parent === null ? root : (parent as JsonObject)[key];
      if (Array.isArray(value)) {
        const indexes =
          step === null ? [...value.keys()] : typeof step === 'number' && step < value.length ? [step] : [];
        return indexes.map((index) => ({ parent: value, key: index }));
      }
      if (!isJsonObject(value)) return [];
      const keys = step === null ? Object.keys(value) : Object.hasOwn(value, String(step)) ? [String(step)] : [];
      return keys.map((name) => ({ parent: value, key: name }));
    });
  return places;
}

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

function merged(value: unknown, update: unknown): unknown {
  if (Array.isArray(value)) return [...value, ...(Array.isArray(update) ? update : [update])];
  if (!isJsonObject(value) || !isJsonObject(update)) return structuredClone(update);
  const result: JsonObject = { ...value };
  for (const [key, child] of Object.entries(update))
    if (!forbidden.has(key))
      result[key] = Object.hasOwn(value, key) ? merged(value[key], child) : structuredClone(child);
  return result;
}
