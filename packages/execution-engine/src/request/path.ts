import { PatchbayError } from '@patchbay/contracts';
import { encodeSegment } from './encode-segment.ts';
import { invalidArgument } from './invalid-argument.ts';
import type { PathStyle } from './path-style.ts';
import { inPathStyle } from './path-style.ts';
import { toText } from './text.ts';
import type { RequestContext, ValueSource } from './value-source.ts';
import { resolveSource } from './value-source.ts';

/** One placeholder of a path. `argument` names it in errors. */
export interface PathPart {
  readonly argument: string;
  readonly source: ValueSource;
  /** `null`: plain, a list joined by commas. */
  readonly style: PathStyle | null;
}
/** Literal text and placeholders, in order. A path without placeholders is one literal. */
export type PathPlan = readonly (string | PathPart)[];

/** The path with every value percent-encoded, so that none leaves its segment. Throws `invalid_arguments`. */
export function buildPath(plan: PathPlan, context: RequestContext): string {
  if (plan.length === 1 && typeof plan[0] === 'string') return plan[0];
  let path = '';
  for (const part of plan) {
    if (typeof part === 'string') {
      path += part;
      continue;
    }
    const value = resolveSource(part.source, context);
    if (part.style !== null && value !== undefined && value !== null && value !== '') {
      path += inPathStyle(value, part.style, part.argument);
      continue;
    }
    const text = Array.isArray(value)
      ? value.map((item) => encodeSegment(toText(item), part.argument)).join(',')
      : encodeSegment(toText(value), part.argument);
    if (text === '') throw invalidArgument(part.argument, value === undefined ? 'is required' : 'must not be empty');
    path += text;
  }
  refuseDotSegments(path, plan.find((part) => typeof part !== 'string')?.argument ?? 'path');
  return path;
}

/** URL parsers resolve `.` and `..` segments even when they are percent-encoded, so a value must not make one. */
export function refuseDotSegments(path: string, argument: string): void {
  if (!/(?:^|\/)\.{1,2}(?:\/|$)/.test(path)) return;
  if (argument === 'base_url')
    throw new PatchbayError('egress_denied', {
      message: 'A variable would leave the base URL.',
      details: { reason: 'variable' },
    });
  throw invalidArgument(argument, "must not be '.' or '..'");
}
