import type { IntegrationDocument } from '@patchbay/contracts';

const maxValues = 32;

/**
 * All values that a pattern such as `^(com|eu|com\.au)$` lets through; `null` for a pattern that is more than a list of
 * literal texts.
 */
function valuesOf(pattern: string): readonly string[] | null {
  const list = /^\^(?:\((?:\?:)?([^()]*)\)|([^()|]*))\$$/.exec(pattern);
  const texts = (list?.[1] ?? list?.[2])?.split('|') ?? [];
  if (texts.length === 0 || texts.length > maxValues) return null;
  if (!texts.every((text) => /^(?:[A-Za-z0-9_-]|\\\.)+$/.test(text))) return null;
  return texts.map((text) => text.replaceAll('\\.', '.'));
}

/** Every text that `{variables}` of a known set of values make of this one; other variables stay as they stand. */
export function expansionsOf(text: string, variables: NonNullable<IntegrationDocument['variables']>): string[] {
  let texts = [text];
  for (const [name, { pattern }] of Object.entries(variables)) {
    if (!text.includes(`{${name}}`)) continue;
    const values = valuesOf(pattern);
    if (values === null || texts.length * values.length > maxValues) continue;
    texts = values.flatMap((value) => texts.map((one) => one.replaceAll(`{${name}}`, value)));
  }
  return texts;
}
