import type { FieldMarks, LogRules } from '@patchbay/contracts';
import { redact } from '@patchbay/privacy';
import { inPlaceOf, type Tokenise } from './carry-out.ts';

/** Arguments that one event tells at most, and characters of each. */
const most = { arguments: 16, characters: 200 };

/**
 * What audit may tell of a call's arguments: of those that are marked, as the tenant's rules say; of those without a mark never
 * anything. Values are plain ones, of the arguments themselves and not of what is in them.
 */
export function loggedArguments(
  args: Readonly<Record<string, unknown>>,
  marks: ReadonlyMap<string, FieldMarks> | null,
  rules: LogRules,
  tokenise: Tokenise,
): Record<string, string | number | boolean> {
  const told: Record<string, string | number | boolean> = {};
  if (marks === null) return told;
  let count = 0;
  for (const [name, { mark }] of marks) {
    const value = args[name];
    if (mark === null || mark === 'secret' || !isPlain(value) || value === '') continue;
    const action = rules[mark];
    if (action === 'block') continue;
    if (++count > most.arguments) break;
    told[`argument.${name}`] =
      mark === 'safe'
        ? safeValue(value, action === 'redact')
        : String(inPlaceOf(String(value), mark, action as 'redact' | 'tokenise', tokenise));
  }
  return told;
}

/** A field that a document calls safe can be filled with something that is not. */
function safeValue(value: string | number | boolean, onlyThatItWas: boolean): string | number | boolean {
  if (onlyThatItWas) return '[safe]';
  if (typeof value === 'boolean') return value;
  const text = redact(String(value), { default: 'redact' }).value;
  return text === String(value) && typeof value === 'number' ? value : text.slice(0, most.characters).toWellFormed();
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
