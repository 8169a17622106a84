import { type IntegrationDocument, inferMark, joinPath } from '@patchbay/contracts';
import { toolEntries } from '../tool-calls.ts';
import { type LintFinding, warning } from './rule.ts';

/**
 * A field without a mark is treated by what its name says, so it needs none. One that is marked `safe` against its name would be
 * logged, and one that is marked `pii` although it opens something could come back from a token's key: those are worth a second look.
 */
export function privacyMarks(document: IntegrationDocument): LintFinding[] {
  return toolEntries(document).flatMap(({ key, tool }) => [
    ...contradictions(tool.parameters, ['tools', key, 'parameters']),
    ...contradictions((tool.output as { properties?: unknown } | undefined)?.properties, [
      'tools',
      key,
      'output',
      'properties',
    ]),
  ]);
}

function contradictions(fields: unknown, path: readonly PropertyKey[]): LintFinding[] {
  if (typeof fields !== 'object' || fields === null) return [];
  return Object.entries(fields).flatMap(([name, schema]) => {
    if (typeof schema !== 'object' || schema === null) return [];
    const at = [...path, name];
    const mark = (schema as Record<string, unknown>)['x-privacy'];
    const inner = (schema as { properties?: unknown }).properties;
    const nested = contradictions(inner, [...at, 'properties']);
    const said = inner === undefined ? inferMark(name) : null;
    const open = mark === 'safe' && said !== null && !isChoice(schema as Record<string, unknown>);
    if (!open && !(mark === 'pii' && said === 'secret')) return nested;
    return [
      warning(
        'privacy-mark',
        joinPath('', at),
        `is marked ${mark}, but its name says ${said}; mark it ${said}, or rename it`,
      ),
      ...nested,
    ];
  });
}

/** One of a few words, or a yes or no, is of nobody: `email_notifications: true`. */
function isChoice({ type, enum: values, const: only }: Record<string, unknown>): boolean {
  return values !== undefined || only !== undefined || type === 'boolean';
}
