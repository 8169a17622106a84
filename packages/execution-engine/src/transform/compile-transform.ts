import { createRequire } from 'node:module';
import type jsonata from 'jsonata';
import type { Report } from '../prepare/report.ts';

let parse: typeof jsonata | null = null;

/** Checks that a transform is JSONata, and gives it back; `null` for none. The parser is loaded by the first that is one. */
export function compileTransform(expression: string | undefined, report: Report, at: string): string | null {
  if (expression === undefined) return null;
  parse ??= createRequire(import.meta.url)('jsonata') as typeof jsonata;
  try {
    parse(expression);
  } catch (error) {
    const { code = '', position, message = '' } = error as { code?: string; position?: number; message?: string };
    report(at, `is not JSONata at character ${position ?? 0}: ${message} (${code})`);
  }
  return expression;
}
