import { invalidArgument } from './invalid-argument.ts';

/** Percent-encoded for one path segment: `/ ? # \ @ %` and all else with a meaning in URLs is escaped. */
export function encodeSegment(text: string, argument: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw invalidArgument(argument, 'must be valid Unicode text');
  }
}
