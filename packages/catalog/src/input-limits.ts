import { type Finding, finding } from './finding.ts';

const maxDepth = 64;
const maxDocumentBytes = 900_000;
const maxNodes = 100_000;

/** Keys that would reach an object's prototype if a document were ever merged carelessly. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * What any input must satisfy before a schema looks at it: JSON values only, no prototype keys, bounded depth and size.
 * Returns at most ten findings and stops at the first one about size, since walking on is then the danger itself.
 */
export function checkLimits(input: unknown): Finding[] {
  const findings: Finding[] = [];
  let nodes = 0;

  const walk = (value: unknown, path: readonly PropertyKey[]): boolean => {
    nodes += 1;
    if (nodes > maxNodes) {
      findings.push(finding([], `the document holds more than ${maxNodes} values`));
      return false;
    }
    if (path.length > maxDepth) {
      findings.push(finding(path.slice(0, 8), `nested more than ${maxDepth} levels deep below this point`));
      return false;
    }
    if (Array.isArray(value)) return value.every((item, index) => walk(item, [...path, index]));
    if (value !== null && typeof value === 'object') {
      return Object.entries(value).every(([key, child]) => {
        if (forbiddenKeys.has(key)) findings.push(finding([...path, key], 'this key is not allowed in a document'));
        return findings.length < 10 && walk(child, [...path, key]);
      });
    }
    if (typeof value === 'number' && !Number.isFinite(value)) findings.push(finding(path, 'expected a finite number'));
    else if (value !== null && !['string', 'number', 'boolean', 'undefined'].includes(typeof value)) {
      findings.push(finding(path, `a document cannot hold a ${typeof value}`));
    }
    return findings.length < 10;
  };

  if (walk(input, []) && findings.length === 0) {
    const bytes = Buffer.byteLength(JSON.stringify(input) ?? '');
    if (bytes > maxDocumentBytes)
      findings.push(finding([], `the document is ${bytes} bytes; at most ${maxDocumentBytes} are allowed`));
  }
  return findings;
}
