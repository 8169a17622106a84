import { UsageError } from '../failures.ts';

/** A URL to send requests to. @throws UsageError */
export function forwardUrl(option: string, text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !text.includes('#')) return text;
  throw new UsageError(`${option} takes a URL, such as http://localhost:3000/hooks; not '${text}'.`);
}
