import type { DataPath } from '../paths/data-path.ts';
import { parseDataPath } from '../paths/data-path.ts';
import type { JsonField } from '../request/json-body.ts';
import type { Placed } from './place-parameters.ts';
import type { Report } from './report.ts';

/** Highest place in an array that a name may write to: places before it without a value become null. */
const maxIndex = 999;

/**
 * JSON body fields. An `x-name` nests: `start.dateTime`, `files[0].id`, `attendees[].email`; with `[0].id` the body is a list. A parameter without one is a
 * single field, dots and all. Refuses names that would write over each other.
 */
export function compileJsonFields(placed: readonly Placed[], report: Report, mayBeList = true): JsonField[] {
  const fields: JsonField[] = [];
  for (const item of placed) {
    const path: DataPath | string = item.parameter['x-name'] === undefined ? [item.wire] : parseDataPath(item.wire);
    const problem = typeof path === 'string' ? path : pathProblem(path, mayBeList);
    if (problem !== null) {
      report(item.at, `has '${item.wire}' for a name: ${problem}`);
      continue;
    }
    const rival = fields.find((field) => overlap(field.path, path as DataPath));
    if (rival !== undefined) report(item.at, `has '${item.wire}' for a name, where another parameter writes`);
    fields.push({ path: path as DataPath, source: item.source });
  }
  return fields;
}

function pathProblem(path: DataPath, mayBeList: boolean): string | null {
  const [first] = path;
  if (first === null || first === undefined || (typeof first === 'number' && !mayBeList))
    return 'it must begin with a field';
  if (['__proto__', 'constructor', 'prototype', ''].includes(String(first))) return 'it cannot stand in a body';
  if (path.filter((key) => key === null).length > 1) return 'at most one [] may stand in it';
  return path.some((key) => typeof key === 'number' && key > maxIndex) ? `places end at [${maxIndex}]` : null;
}

/** Whether two names write to the same place, one inside the other, or to one container as both array and object. */
function overlap(a: DataPath, b: DataPath): boolean {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]];
    // A spread owns its whole array.
    if (left === null || right === null) return true;
    if (left !== right) return typeof left !== typeof right;
  }
  return true;
}
